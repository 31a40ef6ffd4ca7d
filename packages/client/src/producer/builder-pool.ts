import { RecordBatchBuilder } from '@kafka-ts/protocol/records'

const INITIAL_BYTES = 4 * 1024

/** Batch builders to use again: their buffers have grown to the size of a batch already. */
export class BuilderPool {
  readonly #batchBytes: number
  readonly #maxPooled: number
  readonly #free: RecordBatchBuilder[] = []

  /** Keeps builders for at most `poolBytes`, taken at `batchBytes` each. */
  constructor(options: { readonly batchBytes: number; readonly poolBytes: number }) {
    this.#batchBytes = options.batchBytes
    this.#maxPooled = Math.max(1, Math.floor(options.poolBytes / options.batchBytes))
  }

  acquire(maxBatchBytes = this.#batchBytes): RecordBatchBuilder {
    if (maxBatchBytes !== this.#batchBytes) return new RecordBatchBuilder({ maxBatchBytes, initialBytes: INITIAL_BYTES })
    return this.#free.pop() ?? new RecordBatchBuilder({ maxBatchBytes, initialBytes: Math.min(INITIAL_BYTES, maxBatchBytes) })
  }

  /** Takes back a builder whose bytes nobody reads any more. One that grew past a batch, for a single large record, is let go. */
  release(builder: RecordBatchBuilder): void {
    if (this.#free.length >= this.#maxPooled || builder.sizeInBytes > this.#batchBytes) return
    builder.reset()
    this.#free.push(builder)
  }
}
