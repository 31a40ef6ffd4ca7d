import type { ProducerBatch } from './producer-batch.ts'

/**
 * The batches of one partition in their order: those closed, then the open one. At most one is with the broker at a time; it comes back to the
 * head when it has to be sent again, so that order holds.
 */
export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  /** Takes records. */
  open: ProducerBatch | undefined
  /** Sent and without an answer. */
  inFlight: ProducerBatch | undefined
  /** The sender has it in a list already. */
  isQueued = false
  /** Monotonic time before which it is left alone, after a failure. */
  retryAtMs = 0
  readonly #closed: ProducerBatch[] = []

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  /** The batch that goes out next, if it may go now. */
  head(nowMs: number): ProducerBatch | undefined {
    if (this.inFlight !== undefined || nowMs < this.retryAtMs) return undefined
    const closed = this.#closed[0]
    if (closed !== undefined) return closed.encoded === undefined ? undefined : closed
    return this.open?.isDue === true ? this.open : undefined
  }

  /** No more records for the open batch: it waits behind those closed before it. */
  closeOpen(): void {
    if (this.open === undefined) return
    this.#closed.push(this.open)
    this.open = undefined
  }

  /** Takes the first closed batch away; it is `inFlight` from now on. */
  beginFlight(): void {
    this.inFlight = this.#closed.shift()
  }

  /** Batches that go before all others: one to be sent again, or the halves of one. */
  putBack(batches: readonly ProducerBatch[]): void {
    this.#closed.unshift(...batches)
  }

  /** Removes a batch wherever it is, the one in flight excepted. */
  remove(batch: ProducerBatch): void {
    if (this.open === batch) this.open = undefined
    const index = this.#closed.indexOf(batch)
    if (index !== -1) this.#closed.splice(index, 1)
  }

  /** Every batch that has no outcome yet, in order. */
  batches(): ProducerBatch[] {
    const batches = this.inFlight === undefined ? [...this.#closed] : [this.inFlight, ...this.#closed]
    if (this.open !== undefined) batches.push(this.open)
    return batches.filter((batch) => !batch.isSettled)
  }
}
