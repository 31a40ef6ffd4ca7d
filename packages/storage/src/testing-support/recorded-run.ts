import type { Log } from '../log.ts'
import type { LogDirectory } from '../log-directory.ts'
import { LogModel } from './log-model.ts'
import { type RigOptions, StorageRig, testId } from './storage-rig.ts'

/** A fixed sequence of everything a log does, so that a fault can be put at each step of it. */
export class RecordedRun {
  readonly rig: StorageRig
  readonly models = new Map<string, LogModel>()
  readonly generations = new Map<string, number>()
  directory: LogDirectory | undefined
  isDone = false
  #count = 0

  constructor(options: RigOptions = {}) {
    this.rig = new StorageRig(options)
  }

  /** Rejects when the storage does. */
  async steps(): Promise<void> {
    const directory = await this.rig.open()
    this.directory = directory
    const first = this.#create(directory, 'first')
    const second = this.#create(directory, 'second')
    for (let round = 0; round < 6; round++) {
      this.#append(first, 3)
      this.#append(second, 1)
      await this.#durable(first)
    }
    this.#append(second, 4)
    await this.#deleteBefore(first, first.durableOffset - 5)
    // All of it goes: the log rolls, and goes on at its end.
    await this.#retain(second, 0)
    this.#append(second, 1)
    const doomed = this.#create(directory, 'doomed')
    this.#append(doomed, 3)
    await this.#durable(doomed)
    this.#model('doomed').isRemoved = true
    await directory.removeLog(doomed)
    const again = this.#create(directory, 'doomed')
    first.becomeLeader(first.leaderEpoch + 1)
    for (let round = 0; round < 8; round++) {
      this.#append(first, 2)
      this.#append(again, 1)
      if (round % 2 === 0) await this.#durable(again)
    }
    await this.#durable(first)
    await this.#retain(first, 500)
    this.#append(first, 1)
    await this.#durable(first)
    await directory.close()
    this.isDone = true
  }

  /** Opens what a crash left and compares; what went wrong, if anything. */
  async problems(): Promise<string[]> {
    const { rig } = this
    const directory = await rig.settle(rig.open())
    const problems: string[] = []
    for (const [topic, model] of this.models) {
      const log = directory.log(testId(topic, 0, this.generations.get(topic)).topicId, 0)
      if (model.isRemoved) continue
      for (const problem of await rig.settle(model.compareRecovered(log))) problems.push(`${topic}: ${problem}`)
    }
    for (const log of directory.logs()) await this.#appendAfter(log, problems)
    await rig.settle(directory.close())
    return problems
  }

  async #appendAfter(log: Log, problems: string[]): Promise<void> {
    if (log.damage !== undefined) {
      problems.push(`${log.id.topic}: damaged: ${log.damage.problem}`)
      return
    }
    const model = this.models.get(log.id.topic)
    if (model === undefined || model.isRemoved) return
    model.watch(log)
    log.becomeLeader(log.leaderEpoch + 1)
    model.append(log, ['after the crash'])
    await this.rig.scheduler.run(() => log.durableOffset === log.logEndOffset)
    problems.push(...(await this.rig.settle(model.compareRecovered(log))))
  }

  #model(topic: string): LogModel {
    return this.models.get(topic)!
  }

  #create(directory: LogDirectory, topic: string): Log {
    const generation = (this.generations.get(topic) ?? -1) + 1
    this.generations.set(topic, generation)
    const log = directory.createLog(testId(topic, 0, generation), this.rig.config)
    const model = new LogModel()
    this.models.set(topic, model)
    model.watch(log)
    return log
  }

  #append(log: Log, batches: number): void {
    for (let index = 0; index < batches; index++) {
      const number = this.#count++
      this.#model(log.id.topic).append(log, [`value-${number}`, 'x'.repeat((number * 37) % 400)])
    }
  }

  async #durable(log: Log): Promise<void> {
    while (log.durableOffset < log.logEndOffset) await this.rig.clock.sleep(1)
  }

  /** Until it is over the log may begin anywhere up to where retention could bring it. */
  async #retain(log: Log, retentionBytes: number): Promise<void> {
    await this.#durable(log)
    const model = this.#model(log.id.topic)
    model.logStartOffset = log.durableOffset
    log.updateConfig({ ...this.rig.config, retentionBytes })
    if ((await log.applyRetention(this.rig.clock.now())) === 0) throw new Error(`retention removes nothing of ${log.id.topic}`)
    log.updateConfig(this.rig.config)
    model.logStartOffset = log.logStartOffset
    model.durableLogStart = log.logStartOffset
  }

  async #deleteBefore(log: Log, offset: number): Promise<void> {
    const model = this.#model(log.id.topic)
    model.logStartOffset = offset
    await log.deleteRecordsBefore(offset)
    model.durableLogStart = offset
  }
}

/** Where in a run the power fails. */
export interface CrashPoint {
  readonly n: number
  readonly when: 'before' | 'after'
}

/** Runs to the crash, then recovers; what went wrong. */
export async function crashAt(point: CrashPoint, options: RigOptions): Promise<string[]> {
  const run = new RecordedRun(options)
  let isCrashed = false
  run.rig.disk.observe(({ n, when }) => {
    if (isCrashed || n !== point.n || when !== point.when) return
    isCrashed = true
    for (const model of run.models.values()) model.unwatch()
    run.rig.crash()
  })
  const steps = run.steps().catch((error: unknown) => {
    if (!isCrashed) throw error
  })
  steps.catch(() => {})
  await run.rig.scheduler.run(() => isCrashed || run.isDone)
  run.rig.disk.observe(undefined)
  try {
    return await run.problems()
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)]
  }
}

/** How many changes the disk sees in a run without faults. */
export async function countChanges(options: RigOptions): Promise<number> {
  const run = new RecordedRun(options)
  await run.rig.settle(run.steps())
  return run.rig.disk.changeCount
}
