import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Log } from './log.ts'
import type { LogConfig } from './log-config.ts'
import type { LogDirectory } from './log-directory.ts'
import { rollNow } from './testing-support/compacted-log.ts'
import { LogModel } from './testing-support/log-model.ts'
import { StorageRig, testId } from './testing-support/storage-rig.ts'

type Step =
  | { readonly kind: 'append'; readonly bytes: number }
  | { readonly kind: 'wait' }
  | { readonly kind: 'read'; readonly maxBytes: number }
  | { readonly kind: 'deleteBefore'; readonly share: number }
  | { readonly kind: 'truncate'; readonly share: number }
  | { readonly kind: 'retain'; readonly bytes: number }
  | { readonly kind: 'durability'; readonly durability: LogConfig['durability'] }
  | { readonly kind: 'roll' }
  | { readonly kind: 'flush' }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'kill' }
  | { readonly kind: 'crash' }
  | { readonly kind: 'crashTwice'; readonly changes: number }

const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('append' as const), bytes: fc.integer({ min: 0, max: 900 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('read' as const), maxBytes: fc.integer({ min: 1, max: 5000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteBefore' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retain' as const), bytes: fc.integer({ min: 0, max: 12_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('durability' as const), durability: fc.constantFrom('commit' as const, 'page' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('roll' as const, 'flush' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crashTwice' as const), changes: fc.integer({ min: 1, max: 60 }) }) },
)

/** A log and the array it must equal, under any sequence of steps. */
class Subject {
  readonly rig: StorageRig
  readonly model = new LogModel()
  readonly #id = testId('orders')
  #config: LogConfig
  #directory!: LogDirectory
  #log!: Log
  #count = 0
  /** What survives a power cut: in `page` less than what is acknowledged. */
  #safeOffset = 0

  constructor(seed: number) {
    this.rig = new StorageRig({ seed, directory: { tailCacheBytes: seed % 2 === 0 ? 3000 : 0, configFor: () => this.#config } })
    this.#config = { ...this.rig.config, segmentBytes: 2500 }
  }

  async start(): Promise<void> {
    this.#directory = await this.rig.settle(this.rig.open())
    this.#log = this.#directory.log(this.#id.topicId, 0) ?? this.#directory.createLog(this.#id, this.#config)
    this.model.watch(this.#log)
  }

  async apply(step: Step): Promise<void> {
    const log = this.#log
    switch (step.kind) {
      case 'append':
        this.model.append(log, [`${this.#count++}`, 'v'.repeat(step.bytes)])
        return
      case 'wait':
        await this.#quiet()
        return
      case 'read':
        await this.#read(step.maxBytes)
        return
      case 'deleteBefore':
        await this.#deleteBefore(Math.floor(log.durableOffset * step.share))
        return
      case 'truncate':
        await this.#truncate(step.share)
        return
      case 'retain':
        await this.#retain(step.bytes)
        return
      case 'durability':
        this.#config = { ...this.#config, durability: step.durability }
        log.updateConfig(this.#config)
        // What was acknowledged in `page` is safe only once it is flushed.
        await this.rig.settle(log.flush())
        return
      case 'roll':
        await this.#quiet()
        if (log.logEndOffset > 0) await this.rig.settle(rollNow(log))
        return
      case 'flush':
        await this.rig.settle(log.flush())
        return
      case 'reopen':
        await this.#quiet()
        await this.rig.settle(this.#directory.close())
        await this.#restart()
        return
      case 'kill':
        this.model.unwatch()
        this.rig.kill()
        await this.#restart()
        return
      case 'crash':
        this.#crash()
        await this.#restart()
        return
      case 'crashTwice':
        this.#crash()
        await this.#crashInRecovery(step.changes)
        await this.#restart()
    }
  }

  /** The log is what it was told to be, after everything, too. */
  async finish(): Promise<void> {
    await this.#quiet()
    await this.rig.settle(this.#directory.close())
    await this.#restart()
  }

  #crash(): void {
    this.model.unwatch()
    if (this.#config.durability === 'page') {
      this.model.durableOffset = Math.min(this.model.durableOffset, this.#safeOffset)
      this.model.mayLoseFront = this.#safeOffset <= this.model.logStartOffset
    }
    this.rig.crash()
  }

  async #crashInRecovery(changes: number): Promise<void> {
    const target = this.rig.disk.changeCount + changes
    let isCrashed = false
    this.rig.disk.observe(({ n, when }) => {
      if (n !== target || when !== 'after') return
      isCrashed = true
      this.rig.crash()
    })
    let isOpen = false
    this.rig.open().then(
      () => {
        isOpen = true
      },
      () => {},
    )
    await this.rig.scheduler.run(() => isOpen || isCrashed)
    this.rig.disk.observe(undefined)
    if (!isCrashed) this.rig.kill()
  }

  async #restart(): Promise<void> {
    await this.start()
    expect(await this.rig.settle(this.model.compareRecovered(this.#log))).toEqual([])
    this.#safeOffset = this.#log.durableOffset
    this.#log.becomeLeader(this.#log.leaderEpoch + 1)
  }

  async #quiet(): Promise<void> {
    await this.rig.scheduler.run(() => this.#log.durableOffset === this.#log.logEndOffset)
    expect(this.#log.logEndOffset).toBe(this.model.logEndOffset)
    if (this.#config.durability === 'commit') this.#safeOffset = this.#log.durableOffset
  }

  async #read(maxBytes: number): Promise<void> {
    const log = this.#log
    const wanted = this.model.batches.filter((batch) => batch.nextOffset <= log.durableOffset && batch.nextOffset > log.logStartOffset)
    for (const batch of wanted) {
      const offset = Math.max(batch.nextOffset - 1, log.logStartOffset)
      const slice = await this.rig.settle(log.read({ offset, maxBytes, limitOffset: log.durableOffset, atLeastOne: true }))
      expect(slice.firstOffset).toBe(batch.baseOffset)
      expect(Buffer.concat(slice.buffers).toString('latin1').startsWith(batch.bytes)).toBe(true)
      expect(slice.bytes).toBeLessThanOrEqual(Math.max(maxBytes, batch.bytes.length))
    }
  }

  async #deleteBefore(offset: number): Promise<void> {
    const start = await this.rig.settle(this.#log.deleteRecordsBefore(offset))
    expect(start).toBe(Math.max(offset, this.model.logStartOffset))
    this.model.logStartOffset = start
    this.model.durableLogStart = start
  }

  async #truncate(share: number): Promise<void> {
    await this.#quiet()
    const batch = this.model.batches[Math.floor(this.model.batches.length * share)]
    if (batch === undefined || batch.baseOffset < this.#log.logStartOffset) return
    this.model.cut(batch.baseOffset)
    await this.rig.settle(this.#log.truncateTo(batch.baseOffset))
    this.#safeOffset = Math.min(this.#safeOffset, batch.baseOffset)
    expect(this.#log.logEndOffset).toBe(batch.baseOffset)
  }

  async #retain(bytes: number): Promise<void> {
    this.#log.updateConfig({ ...this.#config, retentionBytes: bytes })
    await this.rig.settle(this.#log.applyRetention(this.rig.clock.now()))
    this.#log.updateConfig(this.#config)
    this.model.logStartOffset = this.#log.logStartOffset
    this.model.durableLogStart = this.#log.logStartOffset
  }
}

describe('a log', () => {
  it('equals an array under appends, reads, rolls, cuts, retention, restarts, kills and power cuts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), fc.array(STEP, { minLength: 1, maxLength: 60 }), async (seed, steps) => {
        const subject = new Subject(seed)
        await subject.start()
        for (const step of steps) await subject.apply(step)
        await subject.finish()
      }),
      { numRuns: Number(process.env['KAFKA_TS_STORAGE_RUNS'] ?? 150) },
    )
  })
})
