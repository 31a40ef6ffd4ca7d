import { KafkaError } from '@kafka-ts/protocol'
import { murmur2 } from '@kafka-ts/protocol/records'
import type { FetchedBatch, FetchedBatchIterator } from '../fetched-batch.ts'
import type { PartitionState } from '../partition-state.ts'
import type { Lanes } from './lanes.ts'
import { type Task, toStored } from './task.ts'

/** Records of a partition that may be read ahead of what could not begin yet. */
const MAX_AHEAD = 1_000
const ONE_LANE = 0

export interface PartitionWorkOptions {
  readonly state: PartitionState
  readonly lanes: Lanes
  readonly order: 'key' | 'partition'
  /** Whether tasks keep what a dead letter is made of; without it what cannot be decoded is an error of reading. */
  readonly keepsStored: boolean
  /** Aborts when work on the partition is in vain. */
  readonly signal: AbortSignal
}

/** What a run has in hand of one partition: a batch it reads, and the list of records that are not done, in order. */
export class PartitionWork {
  readonly state: PartitionState
  readonly lanes: Lanes
  readonly signal: AbortSignal
  readonly #options: PartitionWorkOptions
  #generation = -1
  #batch: FetchedBatch | undefined
  #records: FetchedBatchIterator | undefined
  #first: Task | undefined
  #last: Task | undefined
  #aheadCount = 0
  #begunCount = 0
  /** Where batches end that are not done. */
  #batchEnds: number[] = []

  constructor(options: PartitionWorkOptions) {
    this.#options = options
    this.state = options.state
    this.lanes = options.lanes
    this.signal = options.signal
  }

  /** Handlers at work on records of it. */
  get begunCount(): number {
    return this.#begunCount
  }

  /** Whether there may be more to read now. */
  get canRead(): boolean {
    return this.#batch !== undefined && this.#aheadCount < MAX_AHEAD
  }

  /** The first record that is not done; undefined: all are that were read since the last seek. */
  get pendingOffset(): number | undefined {
    if (this.#generation !== this.state.generation || this.#first === undefined) return undefined
    return Math.min(this.#first.offset, this.state.position ?? this.#first.offset)
  }

  /** A new batch to read. */
  open(batch: FetchedBatch): void {
    if (batch.generation !== this.#generation) {
      this.#forget()
      this.#generation = batch.generation
    }
    this.#batch = batch
    this.#records = batch[Symbol.iterator]()
    this.#batchEnds.push(batch.nextOffset)
  }

  /** Whether another batch is done as a whole. */
  takeDoneBatch(): boolean {
    const doneOffset = this.pendingOffset ?? this.state.position ?? 0
    const before = this.#batchEnds.length
    this.#batchEnds = this.#batchEnds.filter((end) => end > doneOffset)
    return this.#batchEnds.length < before
  }

  /** The next record as a task; undefined at the end of the batch, which `close` then takes. Throws what cannot be read. */
  read(): Task | undefined {
    const records = this.#records as FetchedBatchIterator
    let record: Task['record']
    let failure: unknown
    try {
      record = records.nextRecord()
      if (record === undefined) return undefined
    } catch (error) {
      if (!this.#options.keepsStored || !(error instanceof KafkaError) || error.code !== 'SERIALIZATION_FAILED') throw error
      failure = error
    }
    const { stored: reader } = records
    if (reader === undefined) throw new TypeError('a batch gave a record without a place')
    const { offset } = reader
    if (failure !== undefined && this.#batch?.isCurrent === true) this.state.position = offset + 1
    const stored = this.#options.keepsStored ? toStored(reader) : undefined
    const lane = this.#options.order === 'partition' ? ONE_LANE : laneOf(reader.bytes, reader.keyStart, reader.keyEnd)
    return this.#append({
      work: this,
      offset,
      record,
      failure,
      stored,
      lane,
      isDropped: false,
      isBegun: false,
      previous: this.#last,
      next: undefined,
    })
  }

  /** The batch that is read now, which is no longer this one's. */
  close(): FetchedBatch | undefined {
    const batch = this.#batch
    this.#batch = undefined
    this.#records = undefined
    return batch
  }

  begin(task: Task): void {
    task.isBegun = true
    this.#aheadCount--
    this.#begunCount++
  }

  /** A handler is no longer at work on it. A task that is not done stays in the list, so that nothing behind it counts as done. */
  end(task: Task, isDone: boolean): void {
    this.#begunCount--
    if (isDone && !task.isDropped) this.#unlink(task)
  }

  /**
   * Drops what was not begun, and what was begun behind that: it is given again, as the partition is read again from the first of them, whose offset
   * this returns. undefined: there are none, or the partition has been sought elsewhere.
   */
  dropUnbegun(): number | undefined {
    let offset: number | undefined
    for (let task = this.#first; task !== undefined; task = task.next) {
      if (offset === undefined && task.isBegun) continue
      offset ??= task.offset
      task.isDropped = true
      if (!task.isBegun) this.#aheadCount--
      this.#unlink(task)
    }
    return this.#generation === this.state.generation ? offset : undefined
  }

  /** The partition has been moved by the run itself: what is begun still counts. */
  followMove(): void {
    this.#generation = this.state.generation
  }

  /** What is begun is of the past, and the partition is read again from what was not done. */
  abandon(): number | undefined {
    const offset = this.pendingOffset
    this.#forget()
    return offset
  }

  #forget(): void {
    for (let task = this.#first; task !== undefined; task = task.next) task.isDropped = true
    this.#first = undefined
    this.#last = undefined
    this.#aheadCount = 0
    this.#batchEnds = []
  }

  #append(task: Task): Task {
    if (this.#last === undefined) this.#first = task
    else this.#last.next = task
    this.#last = task
    this.#aheadCount++
    return task
  }

  #unlink(task: Task): void {
    if (task.previous === undefined) this.#first = task.next
    else task.previous.next = task.next
    if (task.next === undefined) this.#last = task.previous
    else task.next.previous = task.previous
  }
}

/** Keys of one hash share a lane: some wait needlessly, none overtakes. */
function laneOf(bytes: Uint8Array, keyStart: number, keyEnd: number): number | undefined {
  return keyStart === -1 ? undefined : murmur2(bytes.subarray(keyStart, keyEnd))
}
