import type { KafkaError } from '@kafka-ts/protocol'
import type { AnyTopic } from '../topic.ts'
import type { StartPosition } from './consumer-types.ts'
import type { FetchedBatch } from './fetched-batch.ts'
import type { FetchedChunk } from './fetched-chunk.ts'

/**
 * One partition as the consumer reads it: where the application is, where fetching is, and what lies between the two.
 * Whatever was asked of a broker before a seek carries an older `generation` and is dropped when it arrives.
 */
export class PartitionState {
  readonly topic: AnyTopic
  readonly partition: number
  /** Rises with each seek. */
  generation = 0
  /** Where to begin, until that is an offset. */
  start: StartPosition | undefined
  /** Offset of the next record for the application. */
  position: number | undefined
  /** Offset of the next fetch: `position`, or ahead of it by what is buffered. */
  fetchOffset: number | undefined
  /** Reading ends before this offset. */
  untilOffset: number | undefined
  /** By the application. */
  isPaused = false
  /** By the consumer: the partition is not announced yet, or is being given up. */
  isWithheld = false
  /** It is read no more; another consumer may have it. */
  isRemoved = false
  isFetching = false
  isResolving = false
  /** The application has a batch of it, and moves its position by reading that. */
  isLent = false
  /** In the line of those that have something to give. */
  isQueued = false
  /** Monotonic time before which it is not fetched, after a failure. */
  retryAtMs = 0
  /** What ended fetching; the iteration throws it. */
  failure: KafkaError | undefined
  /** End of what could be read at the last fetch; undefined before the first. */
  highWatermark: number | undefined
  /** A batch the application left in the middle. */
  partial: FetchedBatch | undefined
  #chunks: FetchedChunk[] = []
  #bufferedBytes = 0

  constructor(topic: AnyTopic, partition: number, start: StartPosition) {
    this.topic = topic
    this.partition = partition
    this.moveTo(start)
  }

  /** Nothing of it is fetched or given. */
  get isHeld(): boolean {
    return this.isPaused || this.isWithheld
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  /** Has records, or may have: some of what was fetched can turn out to be below the position. */
  get hasBuffered(): boolean {
    return this.partial !== undefined || this.#chunks.length > 0
  }

  /** Everything that was asked for has been given. */
  get isFinished(): boolean {
    return this.untilOffset !== undefined && this.position !== undefined && this.position >= this.untilOffset
  }

  /** The first chunk that has something left. */
  get firstChunk(): FetchedChunk | undefined {
    return this.#chunks[0]
  }

  /** Goes to another place; what was fetched ahead is dropped. Returns the bytes that sets free. */
  moveTo(start: StartPosition): number {
    const freedBytes = this.#bufferedBytes
    this.generation++
    this.#chunks = []
    this.#bufferedBytes = 0
    this.partial = undefined
    this.failure = undefined
    this.isFetching = false
    this.isResolving = false
    this.retryAtMs = 0
    const offset = typeof start === 'object' && 'offset' in start ? start.offset : undefined
    this.start = offset === undefined ? start : undefined
    this.position = offset
    this.fetchOffset = offset
    return freedBytes
  }

  /** The offset that `start` turned out to be. */
  resolve(offset: number): void {
    this.start = undefined
    this.position = offset
    this.fetchOffset = offset
  }

  addChunk(chunk: FetchedChunk): void {
    this.#chunks.push(chunk)
    this.#bufferedBytes += chunk.bytes
    this.fetchOffset = chunk.nextOffset
  }

  /** Lets go of the first chunk, whether it has been read or not. Returns the bytes that sets free. */
  dropChunk(): number {
    const bytes = this.#chunks.shift()?.bytes ?? 0
    this.#bufferedBytes -= bytes
    return bytes
  }

  /** Forgets what was fetched ahead and fetches again from the position, as after damage on the way. Returns the bytes that sets free. */
  refetch(): number {
    if (this.position === undefined) return 0
    return this.moveTo({ offset: this.position })
  }

  /** For messages. */
  describe(): string {
    return `partition ${this.partition} of topic "${this.topic.name}"`
  }
}
