import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CheckedBatches } from './append-validator.ts'
import type { Log } from './log.ts'
import type { LogDirectory } from './log-directory.ts'
import { isDiskFull } from './storage-error.ts'
import { batchOf, checked, DATA_PATH, StorageRig, testId } from './testing-support/storage-rig.ts'

const SEQUENCES = 2 ** 31
const WINDOW = 5
const NOW_MS = Date.UTC(2024, 0, 1)
const PRODUCERS = [11, 12, 13] as const

type ProducerId = (typeof PRODUCERS)[number]

/** One append, as the model has it. */
interface Appended {
  readonly producerId: number
  readonly epoch: number
  readonly sequence: number
  readonly counts: readonly number[]
  readonly baseOffset: number
  readonly nextOffset: number
}

const counts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
const producerId = fc.constantFrom(...PRODUCERS)
const step = fc.oneof(
  { weight: 14, arbitrary: fc.record({ kind: fc.constant('next' as const), producerId, counts }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('raise' as const), producerId, counts }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('nobody' as const) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('wait' as const, 'flush' as const, 'reopen' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('kill' as const, 'crash' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('full' as const, 'delete' as const, 'lose newest' as const, 'lose all' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const), back: fc.integer({ min: 1, max: 12 }) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** A log with idempotent producers, and a list of all that was appended, from which everything it may say follows. */
class Subject {
  readonly rig: StorageRig
  readonly #firstSequence: number
  #appended: Appended[] = []
  #directory!: LogDirectory
  #log!: Log

  constructor(seed: number) {
    this.rig = new StorageRig({ seed, config: { segmentBytes: 700, indexIntervalBytes: 200 } })
    this.#firstSequence = seed % 2 === 0 ? SEQUENCES - (seed % 40) - 1 : 0
  }

  async start(): Promise<void> {
    this.#directory = await this.rig.settle(this.rig.open())
    const id = testId('orders')
    this.#log = this.#directory.log(id.topicId, id.partition) ?? this.#directory.createLog(id, this.rig.config)
    this.#log.listener = {
      onDurable() {},
      onAppendFailed: (_log, fromOffset, error) => {
        if (isDiskFull(error)) this.#cut(fromOffset)
      },
    }
  }

  async apply(act: Step): Promise<void> {
    switch (act.kind) {
      case 'next':
        return this.#append(act.producerId, { counts: act.counts, isNewEpoch: false })
      case 'raise':
        return this.#append(act.producerId, { counts: act.counts, isNewEpoch: true })
      case 'nobody':
        this.#log.append(checked(batchOf(['of nobody'])))
        return
      case 'wait':
        return this.#quiet()
      case 'flush':
        return this.rig.settle(this.#log.flush())
      case 'reopen':
      case 'lose newest':
      case 'lose all':
        return this.#reopen(act.kind)
      case 'kill':
      case 'crash':
        this.#log.listener = undefined
        if (act.kind === 'kill') this.rig.kill()
        else this.rig.crash()
        return this.#restart()
      case 'full':
        return this.#failOne()
      case 'delete':
        await this.#quiet()
        await this.rig.settle(this.#log.deleteRecordsBefore(this.#log.durableOffset))
        return
      case 'truncate':
        return this.#truncate(act.back)
    }
  }

  /** Everything that can be asked is answered as the list says; nothing is appended by asking. */
  compare(): void {
    for (const id of PRODUCERS) {
      const ofProducer = this.#appended.filter((each) => each.producerId === id)
      const newest = ofProducer.at(-1)
      if (newest === undefined) continue
      for (const each of ofProducer.slice(-WINDOW)) {
        const verdict = this.#log.checkSequences(batchesOf(id, each))
        if (each.epoch < newest.epoch) expect(verdict).toMatchObject({ code: 'INVALID_PRODUCER_EPOCH' })
        else expect(verdict).toEqual({ baseOffset: each.baseOffset, lastOffset: each.nextOffset - 1, logAppendTimeMs: -1 })
      }
      const next = { epoch: newest.epoch, sequence: nextSequence(newest), counts: [2] }
      expect(this.#log.checkSequences(batchesOf(id, next))).toBeUndefined()
      const gap = { ...next, sequence: (next.sequence + 1) % SEQUENCES }
      expect(this.#log.checkSequences(batchesOf(id, gap))).toMatchObject({ code: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
      const later = { ...next, epoch: newest.epoch + 1, sequence: 1 }
      expect(this.#log.checkSequences(batchesOf(id, later))).toMatchObject({ code: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
    }
  }

  async finish(): Promise<void> {
    await this.#reopen('reopen')
    this.compare()
    await this.rig.settle(this.#directory.close())
  }

  #append(id: ProducerId, { counts: sizes, isNewEpoch }: { readonly counts: readonly number[]; readonly isNewEpoch: boolean }): void {
    const newest = this.#appended.findLast((each) => each.producerId === id)
    const range =
      newest === undefined
        ? { epoch: 0, sequence: this.#firstSequence, counts: sizes }
        : { epoch: newest.epoch + (isNewEpoch ? 1 : 0), sequence: isNewEpoch ? 0 : nextSequence(newest), counts: sizes }
    const batches = batchesOf(id, range)
    expect(this.#log.checkSequences(batches)).toBeUndefined()
    const { baseOffset, lastOffset } = this.#log.append(batches)
    this.#appended.push({ producerId: id, ...range, baseOffset, nextOffset: lastOffset + 1 })
  }

  async #failOne(): Promise<void> {
    await this.#quiet()
    const before = this.#log.logEndOffset
    this.rig.disk.faults.add({ operation: 'write', path: /\.log$/, code: 'ENOSPC' })
    for (const id of PRODUCERS) this.#append(id, { counts: [1, 2], isNewEpoch: false })
    await this.rig.scheduler.run(() => this.#log.logEndOffset === before || this.#log.durableOffset === this.#log.logEndOffset)
  }

  async #truncate(back: number): Promise<void> {
    await this.#quiet()
    const cut = this.#appended.at(-Math.min(back, this.#appended.length))
    // No one cuts below the start of a log, and without their segments there is no older state to go back to.
    if (cut === undefined || cut.baseOffset < this.#log.logStartOffset || this.#firstBaseOffset > 0) return
    await this.rig.settle(this.#log.truncateTo(cut.baseOffset))
    this.#cut(cut.baseOffset)
  }

  async #reopen(how: 'reopen' | 'lose newest' | 'lose all'): Promise<void> {
    await this.#quiet()
    await this.rig.settle(this.#directory.close())
    // Without its snapshots a log knows only the producers of the segments it still has.
    if (how !== 'reopen' && this.#log.logStartOffset === 0) this.#loseSnapshots(how === 'lose newest' ? 1 : Number.POSITIVE_INFINITY)
    await this.#restart()
  }

  #loseSnapshots(count: number): void {
    const directory = `${DATA_PATH}/orders-0`
    if (this.rig.disk.statSync(directory) === undefined) return
    const snapshots = this.rig.disk.listSync(directory).filter((name) => name.endsWith('.snapshot'))
    for (const name of snapshots.sort().toReversed().slice(0, count)) this.rig.disk.removeSync(`${directory}/${name}`)
  }

  get #firstBaseOffset(): number {
    return this.#log.internals.storage.segments[0]?.baseOffset ?? 0
  }

  async #restart(): Promise<void> {
    await this.start()
    this.#cut(this.#log.logEndOffset)
    this.#log.becomeLeader(this.#log.leaderEpoch + 1)
  }

  async #quiet(): Promise<void> {
    await this.rig.scheduler.run(() => this.#log.durableOffset === this.#log.logEndOffset)
  }

  /** Of an append of several batches a crash may leave the first ones. */
  #cut(offset: number): void {
    this.#appended = this.#appended.flatMap((each) => {
      if (each.nextOffset <= offset) return [each]
      const left = offset - each.baseOffset
      const kept: number[] = []
      for (let sum = 0; sum < left; ) {
        const count = each.counts[kept.length] as number
        kept.push(count)
        sum += count
      }
      return kept.length === 0 ? [] : [{ ...each, counts: kept, nextOffset: offset }]
    })
  }
}

function recordsOf({ counts: sizes }: Pick<Appended, 'counts'>): number {
  return sizes.reduce((sum, count) => sum + count, 0)
}

function nextSequence(appended: Appended): number {
  return (appended.sequence + recordsOf(appended)) % SEQUENCES
}

function batchesOf(id: number, range: Pick<Appended, 'epoch' | 'sequence' | 'counts'>): CheckedBatches {
  const batches: Uint8Array[] = []
  let baseSequence = range.sequence
  for (const count of range.counts) {
    const values = Array.from({ length: count }, (_, index) => `${id}/${range.epoch}/${baseSequence}+${index}`)
    batches.push(batchOf(values, NOW_MS, { producerId: id, producerEpoch: range.epoch, baseSequence }))
    baseSequence = (baseSequence + count) % SEQUENCES
  }
  return checked(Uint8Array.from(Buffer.concat(batches)))
}

describe('what a log knows of its producers', () => {
  it('follows from what was appended, under repeats, epochs, wraps, cuts, failed writes, restarts, crashes and lost snapshots', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), fc.array(step, { minLength: 1, maxLength: 60 }), async (seed, steps) => {
        const subject = new Subject(seed)
        await subject.start()
        for (const act of steps) {
          await subject.apply(act)
          subject.compare()
        }
        await subject.finish()
      }),
      { numRuns: Number(process.env['KAFKA_TS_PRODUCER_STATE_RUNS'] ?? 120) },
    )
  })
})
