import type { Compression } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import {
  attributesOf,
  BATCH_HEADER_BYTES,
  batchBytesOf,
  CONTROL_BIT,
  checkBatch,
  codecOf,
  decompressRecords,
  lastOffsetOf,
} from '@kafka-ts/protocol/records'
import { FetchedBatch, type RecordSource } from './fetched-batch.ts'
import type { PartitionState } from './partition-state.ts'
import { readError } from './read-error.ts'

export interface FetchedChunkOptions {
  readonly state: PartitionState
  /** What one fetch gave of the partition: whole batches, perhaps a part of one more. Kept, uncopied. */
  readonly buffer: Uint8Array
  readonly highWatermark: number
}

export interface ReadOptions {
  readonly checkCrcs: boolean
  readonly maxDecompressedBytes: number
  readonly compression: Compression
}

/**
 * What one fetch gave of one partition. Batches are checked and opened when they are taken, not when they arrive, so that a partition that
 * is dropped or sought away from costs nothing.
 */
export class FetchedChunk {
  readonly bytes: number
  /** Offset after the last whole batch: the next fetch goes on there. */
  readonly nextOffset: number
  readonly #state: PartitionState
  readonly #generation: number
  readonly #buffer: Buffer
  readonly #end: number
  readonly #highWatermark: number
  #at = 0

  /** Throws CORRUPT_MESSAGE when there is not one whole batch in it. */
  constructor(options: FetchedChunkOptions) {
    const { buffer, state } = options
    this.#state = state
    this.#generation = state.generation
    this.#highWatermark = options.highWatermark
    this.#buffer = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    this.bytes = buffer.byteLength
    const { end, nextOffset } = findEnd(this.#buffer, state)
    this.#end = end
    this.nextOffset = nextOffset
  }

  get isEmpty(): boolean {
    return this.#at >= this.#end
  }

  /**
   * The next records from `fromOffset` on: one compressed batch, or all uncompressed ones up to the next compressed one. Undefined when there are none
   * left. Throws CORRUPT_MESSAGE, UNSUPPORTED_COMPRESSION_TYPE or RECORD_LIST_TOO_LARGE, naming the offset.
   */
  take(fromOffset: number, options: ReadOptions): FetchedBatch | Promise<FetchedBatch> | undefined {
    const sources: RecordSource[] = []
    while (this.#at < this.#end) {
      const at = this.#at
      this.#check(at, options)
      const attributes = attributesOf(this.#buffer, at)
      const isWanted = lastOffsetOf(this.#buffer, at) >= fromOffset && (attributes & CONTROL_BIT) === 0
      if (isWanted && codecOf(attributes) !== 'none') {
        if (sources.length > 0) break
        this.#at += batchBytesOf(this.#buffer, at)
        return this.#open(at, fromOffset, options)
      }
      this.#at += batchBytesOf(this.#buffer, at)
      if (isWanted) sources.push({ buffer: this.#buffer, at, records: undefined })
    }
    return sources.length === 0 ? undefined : this.#batch(sources, fromOffset)
  }

  #batch(sources: readonly RecordSource[], fromOffset: number): FetchedBatch {
    return new FetchedBatch({ state: this.#state, generation: this.#generation, sources, fromOffset, highWatermark: this.#highWatermark })
  }

  async #open(at: number, fromOffset: number, options: ReadOptions): Promise<FetchedBatch> {
    const batch = this.#buffer.subarray(at, at + batchBytesOf(this.#buffer, at))
    const codec = codecOf(attributesOf(batch, 0))
    try {
      const records = await decompressRecords(codec, batch.subarray(BATCH_HEADER_BYTES), options.maxDecompressedBytes, options.compression)
      const readable = Buffer.from(records.buffer, records.byteOffset, records.byteLength)
      return this.#batch([{ buffer: batch, at: 0, records: readable }], fromOffset)
    } catch (cause) {
      throw readError(cause, this.#state, at)
    }
  }

  #check(at: number, options: ReadOptions): void {
    const validation = options.checkCrcs ? 'checksum' : 'header'
    const problem = checkBatch(this.#buffer, at, this.#end, { validation, allowOffsetGaps: true })
    if (problem === undefined) return
    const code = problem.kind === 'codec' || problem.kind === 'magic' ? 'UNSUPPORTED_FOR_MESSAGE_FORMAT' : 'CORRUPT_MESSAGE'
    throw new KafkaError(code, `${this.#state.describe()} cannot be read at offset ${this.#state.position}: ${problem.message}.`)
  }
}

function findEnd(buffer: Uint8Array, state: PartitionState): { readonly end: number; readonly nextOffset: number } {
  let end = 0
  let nextOffset = 0
  while (buffer.length - end >= BATCH_HEADER_BYTES) {
    const batchBytes = batchBytesOf(buffer, end)
    if (batchBytes < BATCH_HEADER_BYTES || batchBytes > buffer.length - end) break
    nextOffset = lastOffsetOf(buffer, end) + 1
    end += batchBytes
  }
  if (end === 0 || !Number.isSafeInteger(nextOffset)) {
    throw new KafkaError('CORRUPT_MESSAGE', `${state.describe()}: what was fetched at offset ${state.fetchOffset} is not a record batch.`)
  }
  return { end, nextOffset }
}
