import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Log } from '../log.ts'
import type { LogConfig } from '../log-config.ts'
import type { LogDirectory } from '../log-directory.ts'
import { cleanerOf, type KeyedRecord, keyedBatch, readBatches, readRecords, rollNow } from '../testing-support/compacted-log.ts'
import { CompactionModel } from '../testing-support/compaction-model.ts'
import { checked, StorageRig, testId } from '../testing-support/storage-rig.ts'

const DELETE_RETENTION_MS = 10_000
/** Room for few keys, so that a cleaning does not come to the end of what is dirty. */
const MAP_BYTES = 200

type Step =
  | { readonly kind: 'append'; readonly records: readonly KeyedRecord[] }
  | { readonly kind: 'wait' | 'roll' | 'reopen' | 'kill' | 'crash' }
  | { readonly kind: 'clean'; readonly share: number }
  | { readonly kind: 'cleanAWhile'; readonly share: number; readonly events: number }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'truncate' | 'deleteBefore'; readonly share: number }
  | { readonly kind: 'retain'; readonly bytes: number }

const KEY = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')
const RECORD: fc.Arbitrary<KeyedRecord> = fc.record({
  key: KEY,
  value: fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 3, arbitrary: fc.string({ maxLength: 120 }) }),
})
const SHARE = fc.double({ min: 0, max: 1, noNaN: true })
/** Of what is durable and not committed yet: mostly all, or little would be cleaned. */
const COMMITTED = fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: SHARE })
const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('append' as const), records: fc.array(RECORD, { minLength: 1, maxLength: 6 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('wait' as const, 'roll' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('clean' as const), share: COMMITTED }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('cleanAWhile' as const), share: COMMITTED, events: fc.integer({ min: 1, max: 60 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sleep' as const), ms: fc.integer({ min: 1, max: 9000 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('reopen' as const, 'kill' as const, 'crash' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('truncate' as const, 'deleteBefore' as const), share: SHARE }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retain' as const), bytes: fc.integer({ min: 0, max: 4000 }) }) },
)

/** A compacted log, and what its readers must see, under any sequence of steps. */
class Subject {
  readonly rig: StorageRig
  readonly #model = new CompactionModel({ deleteRetentionMs: DELETE_RETENTION_MS })
  readonly #id = testId('orders')
  readonly #config: LogConfig
  #directory!: LogDirectory
  #log!: Log
  #cleaner!: ReturnType<typeof cleanerOf>
  #cleaning: Promise<unknown> = Promise.resolve()
  #durableOffset = 0
  /** What is cleaned lies below, what is cut off above it. */
  #highWatermark = 0
  #logStartOffset = 0

  constructor(seed: number) {
    this.rig = new StorageRig({ seed, directory: { tailCacheBytes: seed % 2 === 0 ? 3000 : 0, configFor: () => this.#config } })
    this.#config = {
      ...this.rig.config,
      cleanupPolicy: 'compact,delete',
      segmentBytes: 600,
      minCleanableDirtyRatio: 0,
      deleteRetentionMs: DELETE_RETENTION_MS,
      fileDeleteDelayMs: seed % 3 === 0 ? 0 : 1000,
    }
  }

  async start(): Promise<void> {
    this.#directory = await this.rig.settle(this.rig.open())
    this.#log = this.#directory.log(this.#id.topicId, 0) ?? this.#directory.createLog(this.#id, this.#config)
    this.#cleaner = cleanerOf(this.rig, { mapBytes: MAP_BYTES })
    this.#cleaning = Promise.resolve()
    expect(this.#log.damage).toBeUndefined()
    expect(this.#log.logEndOffset).toBeGreaterThanOrEqual(this.#durableOffset)
    expect(this.#log.logStartOffset).toBe(this.#logStartOffset)
    this.#model.cut(this.#log.logEndOffset)
    this.#log.becomeLeader(this.#log.leaderEpoch + 1)
    await this.check()
  }

  async apply(step: Step): Promise<void> {
    const log = this.#log
    switch (step.kind) {
      case 'append': {
        const now = this.rig.clock.now()
        const { baseOffset } = log.append(checked(keyedBatch(step.records, now)))
        this.#model.append(step.records, baseOffset, now)
        return
      }
      case 'wait':
        await this.#durable()
        return
      case 'roll':
        await this.#durable()
        await this.rig.settle(this.#cleaning)
        if (log.logEndOffset > 0) await this.rig.settle(rollNow(log))
        return
      case 'clean':
        this.#commit(step.share)
        this.#clean()
        await this.rig.settle(this.#cleaning)
        return
      case 'cleanAWhile': {
        this.#commit(step.share)
        this.#clean()
        let left = step.events
        let isDone = false
        const settle = (): void => {
          isDone = true
        }
        this.#cleaning.then(settle, settle)
        await this.rig.scheduler.run(() => isDone || left-- === 0)
        return
      }
      case 'sleep':
        await this.rig.settle(this.rig.clock.sleep(step.ms))
        return
      case 'truncate':
        await this.#truncate(step.share)
        return
      case 'deleteBefore': {
        const offset = Math.floor(this.#highWatermark * step.share)
        this.#logStartOffset = Math.max(this.#logStartOffset, offset)
        expect(await this.rig.settle(log.deleteRecordsBefore(offset))).toBe(this.#logStartOffset)
        return
      }
      case 'retain':
        await this.#retain(step.bytes)
        return
      case 'reopen':
        await this.#durable()
        this.#cleaner.close()
        await this.rig.settle(this.#cleaning)
        await this.rig.settle(this.#directory.close())
        await this.start()
        return
      case 'kill':
        this.rig.kill()
        await this.start()
        return
      case 'crash':
        this.rig.crash()
        await this.start()
    }
  }

  async check(): Promise<void> {
    const log = this.#log
    const logEndOffset = log.durableOffset
    this.#durableOffset = logEndOffset
    const records = await this.rig.settle(readRecords(log))
    const { logStartOffset } = log
    const seen = { records: records.filter(({ offset }) => offset >= logStartOffset), logStartOffset, logEndOffset }
    expect(this.#model.problems(seen, this.rig.clock.now())).toEqual([])
  }

  /** In the end there is one record a key, and after its time none of a key that was deleted. */
  async finish(): Promise<void> {
    await this.#durable()
    this.#highWatermark = this.#log.durableOffset
    await this.#cleanAll()
    await this.rig.settle(this.rig.clock.sleep(DELETE_RETENTION_MS))
    await this.#cleanAll()
    await this.check()
    const { logStartOffset } = this.#log
    const live = [...this.#model.latest(this.#log.logEndOffset)].filter(
      ([, { offset, value }]) => value !== null && offset >= logStartOffset,
    )
    const wanted = live.map(([key, { offset, value }]) => ({ key, offset, value })).sort((one, other) => one.offset - other.offset)
    const found = (await this.rig.settle(readRecords(this.#log))).filter(({ offset }) => offset >= logStartOffset)
    expect(found.map(({ key, offset, value }) => ({ key, offset, value }))).toEqual(wanted)
    await this.rig.settle(this.#directory.close())
    expect(this.rig.warnings.filter((warning) => warning.includes('cleaned'))).toEqual([])
  }

  /** As a follower does: never what is committed, and so never what was cleaned. */
  async #truncate(share: number): Promise<void> {
    await this.#durable()
    const log = this.#log
    const batches = await this.rig.settle(readBatches(log))
    const offsets = batches.map(({ baseOffset }) => baseOffset).filter((offset) => offset >= this.#highWatermark)
    const offset = offsets[Math.floor(offsets.length * share)]
    if (offset === undefined || offset < log.logStartOffset) return
    await this.rig.settle(log.truncateTo(offset))
    expect(log.logEndOffset).toBe(offset)
    this.#model.cut(offset)
    this.#durableOffset = offset
  }

  async #retain(retentionBytes: number): Promise<void> {
    const log = this.#log
    await this.#durable()
    const before = log.sizeBytes()
    log.updateConfig({ ...this.#config, retentionBytes })
    await this.rig.settle(log.applyRetention(this.rig.clock.now()))
    log.updateConfig(this.#config)
    expect(log.sizeBytes()).toBeGreaterThanOrEqual(Math.min(before, retentionBytes))
    expect(log.logStartOffset).toBeGreaterThanOrEqual(this.#logStartOffset)
    this.#logStartOffset = log.logStartOffset
    // Retention goes up to what is durable: who lets it has committed that.
    this.#highWatermark = Math.max(this.#highWatermark, log.logStartOffset)
  }

  async #cleanAll(): Promise<void> {
    await this.rig.settle(rollNow(this.#log))
    for (let count = 0; ; count++) {
      expect(count, 'cleanings that never end').toBeLessThan(200)
      this.#clean()
      if ((await this.rig.settle(this.#cleaning)) === undefined) return
    }
  }

  #commit(share: number): void {
    this.#highWatermark += Math.floor((this.#log.durableOffset - this.#highWatermark) * share)
  }

  #clean(): void {
    const candidate = { log: this.#log, limitOffset: this.#highWatermark }
    this.#model.noteCleaning(this.rig.clock.now(), candidate.limitOffset)
    const cleaner = this.#cleaner
    this.#cleaning = this.#cleaning.then(() => cleaner.cleanNext([candidate]))
  }

  async #durable(): Promise<void> {
    await this.rig.scheduler.run(() => this.#log.durableOffset === this.#log.logEndOffset)
  }
}

describe('the cleaner', () => {
  it('loses and resurrects no key under appends, reads, cuts, retention, deleted records, restarts, kills and power cuts, and drops tombstones in their time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), fc.array(STEP, { minLength: 1, maxLength: 50 }), async (seed, steps) => {
        const subject = new Subject(seed)
        await subject.start()
        for (const step of steps) {
          await subject.apply(step)
          await subject.check()
        }
        await subject.finish()
      }),
      { numRuns: Number(process.env['KAFKA_TS_STORAGE_RUNS'] ?? 150) },
    )
  })
})
