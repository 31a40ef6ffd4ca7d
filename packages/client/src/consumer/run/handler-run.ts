import type { Clock, Random } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import { atLeast } from '../../client-config.ts'
import { Backoff } from '../../connection/backoff.ts'
import { abortedError } from '../../errors.ts'
import type { ConsumerRecord } from '../../record.ts'
import type { BatchSource } from '../batch-source.ts'
import type { FetchedBatch } from '../fetched-batch.ts'
import type { PartitionState } from '../partition-state.ts'
import type { Subscription } from '../subscription.ts'
import type { WorkInHand } from '../work-in-hand.ts'
import { Lanes } from './lanes.ts'
import { PartitionWork } from './partition-work.ts'
import type { RunHandler, RunOptions } from './run-types.ts'
import type { Task } from './task.ts'

const DEFAULT_FIRST_BACKOFF_MS = 100
const DEFAULT_MAX_BACKOFF_MS = 10_000

/** What has become of a handler's attempt that failed. */
export interface HandlerFailure {
  readonly record: ConsumerRecord | undefined
  readonly attempt: number
  readonly error: unknown
  readonly next: 'retry' | 'dead letter' | 'stop'
}

export interface HandlerRunOptions {
  readonly handler: RunHandler
  readonly run: RunOptions
  readonly source: BatchSource
  readonly subscription: Subscription
  readonly clock: Clock
  readonly random: Random
  /** Runs before each batch is asked for. */
  readonly start: (work: WorkInHand) => Promise<void>
  /** Aborts when work on the partition is in vain. */
  readonly signalOf: (state: PartitionState) => AbortSignal
  /** Something of the partition is done, or will not be. `isBatchDone`: a whole batch is, with it. */
  readonly onSettled: (state: PartitionState, isBatchDone: boolean) => void
  readonly onFailure: (failure: HandlerFailure) => void
  /** Resolves when the record is written. */
  readonly bury: (task: Task, error: unknown, attempts: number) => Promise<void>
}

/**
 * Has a handler work on records, `concurrency` at a time. Records are read when a handler is free for them, so that what waits is bounded; each enters the lane of
 * its key, where it waits for the one before. What is done is known per partition as the prefix of the list of its records.
 */
export class HandlerRun implements WorkInHand {
  readonly isSequential = false
  readonly heldState = undefined
  readonly #options: HandlerRunOptions
  readonly #concurrency: number
  readonly #retries: number
  readonly #works = new WeakMap<PartitionState, PartitionWork>()
  /** By topic and partition, for as long as the run lasts. */
  readonly #lanes = new Map<string, Lanes>()
  /** Those whose batch is being read. */
  readonly #open = new Set<PartitionWork>()
  /** At work, the oldest first. */
  readonly #running = new Set<Task>()
  /** Those whose turn in their lane has come. */
  readonly #ready: Task[] = []
  readonly #ending = new AbortController()
  readonly #aborting = new AbortController()
  readonly #done = Promise.withResolvers<void>()
  #failure: { readonly error: unknown } | undefined
  #isFetching = false
  #isFilling = false
  #isOver = false

  /** Throws INVALID_ARGUMENT. */
  constructor(options: HandlerRunOptions) {
    const { run } = options
    this.#options = options
    this.#concurrency = atLeast('concurrency', run.concurrency ?? 1, 1)
    this.#retries = atLeast('retries', run.retries ?? 0, 0)
    if (run.order !== undefined && run.order !== 'key' && run.order !== 'partition') {
      throw new KafkaError('INVALID_ARGUMENT', `order is key or partition, not ${String(run.order)}.`)
    }
  }

  get sign(): unknown {
    if (this.#isOver) return this
    const [oldest] = this.#running
    return oldest
  }

  /** Works until there is nothing more to come. Rejects with what ended it before. */
  async run(): Promise<void> {
    const { signal } = this.#options.run
    const onAbort = (): void => {
      const reason = abortedError(signal as AbortSignal)
      this.#aborting.abort(reason)
      this.#fail(reason)
    }
    if (signal?.aborted === true) onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      this.#fill()
      await this.#done.promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
    if (this.#failure !== undefined) throw this.#failure.error
  }

  pendingOffset(state: PartitionState): number | undefined {
    return this.#works.get(state)?.pendingOffset
  }

  isWorkingOn(state: PartitionState): boolean {
    return (this.#works.get(state)?.begunCount ?? 0) > 0
  }

  withhold(state: PartitionState): void {
    const work = this.#works.get(state)
    if (work === undefined) return
    this.#close(work, false)
    const offset = work.dropUnbegun()
    if (offset === undefined) return
    this.#options.subscription.move(state, { offset })
    work.followMove()
  }

  /** Begins what can be begun. */
  #fill(): void {
    if (this.#isFilling) return
    this.#isFilling = true
    try {
      while (!this.#ending.signal.aborted && this.#running.size < this.#concurrency) {
        const task = this.#nextReady()
        if (task === undefined) {
          this.#fetchMore()
          break
        }
        this.#begin(task)
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#isFilling = false
    }
    this.#finishIfOver()
  }

  #nextReady(): Task | undefined {
    for (let task = this.#ready.shift(); task !== undefined; task = this.#ready.shift()) {
      if (!task.isDropped) return task
      this.#leaveLane(task)
    }
    for (const work of this.#open) {
      while (work.canRead) {
        const task = work.read()
        if (task === undefined) this.#close(work, true)
        else if (work.lanes.enter(task)) return task
      }
    }
    return undefined
  }

  #close(work: PartitionWork, isRead: boolean): void {
    const batch = work.close()
    this.#open.delete(work)
    if (batch !== undefined) this.#options.source.finish(batch, isRead)
  }

  #fetchMore(): void {
    if (this.#isFetching) return
    this.#isFetching = true
    const { source, start } = this.#options
    const onBatch = (batch: FetchedBatch | undefined): void => {
      this.#isFetching = false
      if (batch === undefined) this.#end()
      else if (this.#ending.signal.aborted) source.finish(batch, false)
      else this.#openBatch(batch)
      this.#fill()
    }
    const onError = (error: unknown): void => {
      this.#isFetching = false
      this.#fail(error)
    }
    start(this)
      .then(() => source.next())
      .then(onBatch, onError)
  }

  #openBatch(batch: FetchedBatch): void {
    let work = this.#works.get(batch.state)
    if (work === undefined) {
      work = this.#newWork(batch.state)
      this.#works.set(batch.state, work)
    }
    work.open(batch)
    this.#open.add(work)
  }

  #newWork(state: PartitionState): PartitionWork {
    const { run, signalOf } = this.#options
    const place = `${state.partition} ${state.topic.name}`
    const lanes = this.#lanes.get(place) ?? new Lanes()
    this.#lanes.set(place, lanes)
    const signal = AbortSignal.any([signalOf(state), this.#aborting.signal])
    return new PartitionWork({ state, lanes, order: run.order ?? 'key', keepsStored: run.deadLetter !== undefined, signal })
  }

  #begin(task: Task): void {
    task.work.begin(task)
    this.#running.add(task)
    void this.#handle(task).then((isDone) => this.#settle(task, isDone))
  }

  /** Whether the record is done: handled, or buried. Never rejects: what it fails of ends the run. */
  async #handle(task: Task): Promise<boolean> {
    const { handler } = this.#options
    const { record } = task
    if (record === undefined) return this.#giveUp(task, task.failure, 0)
    let backoff: Backoff | undefined
    for (let attempt = 1; ; attempt++) {
      try {
        await handler(record, { signal: task.work.signal, attempt })
        return true
      } catch (error) {
        if (task.work.signal.aborted) return false
        if (attempt > this.#retries) return this.#giveUp(task, error, attempt)
        this.#options.onFailure({ record, attempt, error, next: 'retry' })
        backoff ??= this.#newBackoff()
        if (!(await this.#pause(backoff.next(), task))) return false
      }
    }
  }

  async #giveUp(task: Task, error: unknown, attempt: number): Promise<boolean> {
    const { bury, onFailure, run } = this.#options
    const next = run.deadLetter === undefined ? 'stop' : 'dead letter'
    onFailure({ record: task.record, attempt, error, next })
    if (next === 'stop') {
      this.#fail(error)
      return false
    }
    try {
      await bury(task, error, attempt)
      return true
    } catch (cause) {
      if (!task.work.signal.aborted) this.#fail(cause)
      return false
    }
  }

  /** Whether it lasted; false: the run ends or the partition is gone. */
  async #pause(ms: number, task: Task): Promise<boolean> {
    const signal = AbortSignal.any([this.#ending.signal, task.work.signal])
    try {
      await this.#options.clock.sleep(ms, signal)
    } catch {
      return false
    }
    // A new attempt is a new sign of life.
    this.#running.delete(task)
    this.#running.add(task)
    return true
  }

  #settle(task: Task, isDone: boolean): void {
    const { work } = task
    this.#running.delete(task)
    work.end(task, isDone)
    this.#leaveLane(task)
    this.#options.onSettled(work.state, isDone && work.takeDoneBatch())
    this.#fill()
  }

  #leaveLane(task: Task): void {
    const next = task.work.lanes.leave(task)
    if (next !== undefined) this.#ready.push(next)
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#end()
    this.#finishIfOver()
  }

  /** Nothing more is begun. */
  #end(): void {
    this.#ending.abort()
  }

  #finishIfOver(): void {
    if (!this.#ending.signal.aborted || this.#running.size > 0 || this.#isOver) return
    this.#isOver = true
    for (const work of [...this.#open]) this.#close(work, false)
    // What was not done is given again by the next iteration.
    for (const state of this.#options.subscription.states()) this.#rewind(state)
    this.#done.resolve()
  }

  #rewind(state: PartitionState): void {
    const offset = this.#works.get(state)?.abandon()
    if (offset !== undefined) this.#options.subscription.move(state, { offset })
  }

  #newBackoff(): Backoff {
    const { firstMs = DEFAULT_FIRST_BACKOFF_MS, maxMs = DEFAULT_MAX_BACKOFF_MS } = this.#options.run.backoff ?? {}
    return new Backoff({ firstMs, maxMs, random: this.#options.random })
  }
}
