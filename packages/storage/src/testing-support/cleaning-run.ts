import type { Clock } from '@kafka-ts/io'
import type { Log } from '../log.ts'
import type { LogDirectory } from '../log-directory.ts'
import { cleanerOf, type KeyedRecord, keyedBatch, readRecords, rollNow } from './compacted-log.ts'
import { CompactionModel } from './compaction-model.ts'
import type { CrashPoint } from './recorded-run.ts'
import { checked, DATA_PATH, type RigOptions, StorageRig, testId } from './storage-rig.ts'

export const DELETE_RETENTION_MS = 600 * 1000
/** Longer than a cleaning takes. */
const SLACK_MS = 1000
const PRODUCER_ID = 7
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f']

export interface CleaningRunOptions extends RigOptions {
  /** The clock of the cleaner instead of the rig's: one that is wrong. */
  readonly cleanerClock?: (clock: Clock) => Clock
}

/** A fixed sequence of appends and cleanings, with tombstones and an idempotent producer, so that a fault can be put at each step of it. */
export class CleaningRun {
  readonly rig: StorageRig
  readonly problems: string[] = []
  isDone = false
  /** A crash left a cleaned segment that was about to take its place. */
  hadSwap = false
  readonly #options: CleaningRunOptions
  readonly #model = new CompactionModel({ deleteRetentionMs: DELETE_RETENTION_MS })
  readonly #id = testId('orders')
  #watched: Log | undefined
  #durableOffset = 0
  #nextSequence = 0
  #count = 0

  constructor(options: CleaningRunOptions) {
    this.#options = options
    this.rig = new StorageRig({
      ...options,
      config: {
        cleanupPolicy: 'compact',
        segmentBytes: 3000,
        minCleanableDirtyRatio: 0,
        deleteRetentionMs: DELETE_RETENTION_MS,
        indexIntervalBytes: 200,
        ...options.config,
      },
    })
  }

  /** Rejects when the storage does. */
  async steps(): Promise<void> {
    const directory = await this.rig.open()
    const log = directory.createLog(this.#id, this.rig.config)
    this.#watch(log)
    for (let round = 0; round < 2; round++) this.#append(log, this.#values(3))
    await this.#roll(log)
    for (let round = 0; round < 2; round++) this.#append(log, this.#values(3))
    await this.#cleanAll(log)
    this.#append(log, [
      { key: 'a', value: null },
      { key: 'b', value: null },
    ])
    this.#append(log, this.#values(2))
    await this.#cleanAll(log)
    await this.#see(log)
    await this.rig.clock.sleep(DELETE_RETENTION_MS / 2)
    for (let round = 0; round < 2; round++) this.#append(log, [{ key: 'c', value: `c${round}${'-'.repeat(100)}` }])
    await this.#cleanAll(log)
    await this.#see(log)
    await this.rig.clock.sleep(DELETE_RETENTION_MS / 2 + 2 * SLACK_MS)
    await this.#cleanAll(log)
    await this.#see(log)
    this.problems.push(...this.#model.overdue(await readRecords(log), this.rig.clock.now(), SLACK_MS))
    await directory.close()
    this.isDone = true
  }

  /** Opens what a crash left, and looks at it; again after more of everything. */
  async recover(): Promise<void> {
    const { rig } = this
    const directory = await rig.settle(rig.open())
    const log = this.#logOf(directory)
    if (log === undefined) return
    await rig.settle(this.#see(log))
    this.#checkProducer(log)
    log.becomeLeader(log.leaderEpoch + 1)
    this.#watch(log)
    this.#append(log, [{ key: 'd', value: 'after the crash' }])
    await rig.settle(this.#cleanAll(log))
    await rig.settle(rig.clock.sleep(DELETE_RETENTION_MS))
    await rig.settle(this.#cleanAll(log))
    await rig.settle(this.#see(log))
    await this.#seeEnd(log)
    await rig.settle(directory.close())
    const reopened = await rig.settle(rig.open())
    await rig.settle(this.#see(this.#logOf(reopened)!))
    await rig.settle(reopened.close())
  }

  /** The process is dead. */
  unwatch(): void {
    this.#watched = undefined
  }

  #watch(log: Log): void {
    this.#watched = log
    log.listener = {
      onDurable: ({ durableOffset }) => {
        if (this.#watched === log) this.#durableOffset = durableOffset
      },
      onAppendFailed: () => {
        if (this.#watched === log) this.problems.push('an append failed')
      },
    }
  }

  #logOf(directory: LogDirectory): Log | undefined {
    const log = directory.log(this.#id.topicId, 0)
    if (log === undefined && this.#durableOffset > 0) this.problems.push('the log is gone')
    if (log !== undefined && log.damage === undefined && log.logEndOffset < this.#durableOffset) {
      this.problems.push(`it ends at ${log.logEndOffset}, but ${this.#durableOffset} was durable`)
    }
    if (log?.damage === undefined) return log
    this.problems.push(`damaged: ${log.damage.problem}`)
    return undefined
  }

  async #see(log: Log): Promise<void> {
    this.#model.cut(log.logEndOffset)
    const { logStartOffset, durableOffset } = log
    const seen = { records: await readRecords(log), logStartOffset, logEndOffset: durableOffset }
    this.problems.push(...this.#model.problems(seen, this.rig.clock.now()))
  }

  /** Everything is clean and its time over: each key has its last value, or nothing. */
  async #seeEnd(log: Log): Promise<void> {
    const records = await this.rig.settle(readRecords(log))
    const found = records.map(({ key, offset }) => `${key} at ${offset}`)
    const { logStartOffset, logEndOffset } = log
    const live = [...this.#model.latest(logEndOffset)].filter(([, { offset, value }]) => value !== null && offset >= logStartOffset)
    for (const [key, { offset }] of live) if (!found.includes(`${key} at ${offset}`)) this.problems.push(`${key} is not at ${offset}`)
    if (found.length > live.length) this.problems.push(`${found.length} records are left of ${live.length} keys`)
  }

  #checkProducer(log: Log): void {
    const entry = log.internals.storage.producers.get(PRODUCER_ID)
    const expected = log.logEndOffset - 1
    if (log.logEndOffset > log.logStartOffset && entry?.lastOffset !== expected) {
      this.problems.push(`the producer is known up to ${entry?.lastOffset}, not up to ${expected}`)
    }
    this.#nextSequence = log.logEndOffset
  }

  #values(count: number): KeyedRecord[] {
    return Array.from({ length: count }, () => {
      const number = this.#count++
      return { key: KEYS[(number * 5) % KEYS.length]!, value: `${number}-${'x'.repeat((number * 37) % 90)}` }
    })
  }

  #append(log: Log, records: readonly KeyedRecord[]): void {
    const now = this.rig.clock.now()
    const fields = { producerId: PRODUCER_ID, producerEpoch: 0, baseSequence: this.#nextSequence }
    this.#nextSequence += records.length
    const { baseOffset } = log.append(checked(keyedBatch(records, now, fields)))
    this.#model.append(records, baseOffset, now)
  }

  async #roll(log: Log): Promise<void> {
    while (log.durableOffset < log.logEndOffset) await this.rig.clock.sleep(1)
    await rollNow(log)
  }

  async #cleanAll(log: Log): Promise<void> {
    await this.#roll(log)
    const clock = this.#options.cleanerClock?.(this.rig.clock) ?? this.rig.clock
    const cleaner = cleanerOf(this.rig, { clock })
    let report: unknown
    do {
      this.#model.noteCleaning(this.rig.clock.now())
      report = await cleaner.cleanNext([{ log, limitOffset: log.durableOffset }])
    } while (report !== undefined)
  }
}

/** Cleans up to the crash, with `again` up to another one in the recovery, then recovers; what went wrong. */
export async function crashCleaningAt(point: CrashPoint & { readonly again?: number }, options: CleaningRunOptions): Promise<CleaningRun> {
  const run = new CleaningRun(options)
  const { rig } = run
  let isCrashed = false
  rig.disk.observe(({ n, when }) => {
    if (isCrashed || n !== point.n || when !== point.when) return
    isCrashed = true
    run.unwatch()
    rig.crash()
  })
  const steps = run.steps().catch((error: unknown) => {
    if (!isCrashed) throw error
  })
  steps.catch(() => {})
  await rig.scheduler.run(() => isCrashed || run.isDone)
  run.hadSwap = isInSwap(rig)
  if (point.again !== undefined) await crashInRecovery(rig, point.again)
  rig.disk.observe(undefined)
  try {
    await run.recover()
  } catch (error) {
    run.problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  return run
}

function isInSwap({ disk }: StorageRig): boolean {
  const directory = `${DATA_PATH}/orders-0`
  return disk.statSync(directory) !== undefined && disk.listSync(directory).some((name) => name.endsWith('.swap'))
}

async function crashInRecovery(rig: StorageRig, changes: number): Promise<void> {
  const target = rig.disk.changeCount + changes
  let isCrashed = false
  rig.disk.observe(({ n, when }) => {
    if (isCrashed || n !== target || when !== 'after') return
    isCrashed = true
    rig.crash()
  })
  let isOpen = false
  rig.open().then(
    () => {
      isOpen = true
    },
    () => {},
  )
  await rig.scheduler.run(() => isOpen || isCrashed)
  if (!isCrashed) rig.kill()
}

/** How many changes the disk sees in a run without faults. */
export async function countCleaningChanges(options: CleaningRunOptions): Promise<number> {
  const run = new CleaningRun(options)
  await run.rig.settle(run.steps())
  if (run.problems.length > 0) throw new Error(run.problems.join('\n'))
  return run.rig.disk.changeCount
}
