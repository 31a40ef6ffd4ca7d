import type { ProducerBatch } from './producer-batch.ts'

/**
 * The batches of one partition in their order: those closed, then the open one. Those with the broker are all in one request; they come back to the
 * head when they have to be sent again, so that order holds.
 */
export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  /** Takes records. */
  open: ProducerBatch | undefined
  /** Sent and without an answer; all in one request. */
  inFlight: readonly ProducerBatch[] = []
  /** The sender has it in a list already. */
  isQueued = false
  /** Monotonic time before which it is left alone, after a failure. */
  retryAtMs = 0
  readonly #closed: ProducerBatch[] = []

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  /** Whether something may go out now. */
  isSendable(nowMs: number): boolean {
    if (this.inFlight.length > 0 || nowMs < this.retryAtMs) return false
    const closed = this.#closed[0]
    return closed === undefined ? this.open?.isDue === true : closed.encoded !== undefined
  }

  /** No more records for the open batch: it waits behind those closed before it. */
  closeOpen(): void {
    if (this.open === undefined) return
    this.#closed.push(this.open)
    this.open = undefined
  }

  /** Takes closed batches from the head, up to `maxBytes` but at least one: they are in flight from now on. None when the first is not encoded yet. */
  beginFlight(maxBytes: number): readonly ProducerBatch[] {
    let bytes = 0
    let count = 0
    for (const { encoded, travelsAlone } of this.#closed) {
      if (encoded === undefined || (count > 0 && (travelsAlone || bytes + encoded.length > maxBytes))) break
      bytes += encoded.length
      count++
      if (travelsAlone) break
    }
    this.inFlight = this.#closed.splice(0, count)
    return this.inFlight
  }

  /** Size of the first closed batch, which is what a request must have room for. */
  get headBytes(): number {
    return this.#closed[0]?.encoded?.length ?? 0
  }

  /** Batches that go before all others: those to be sent again, or the parts of one. */
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
    const batches = [...this.inFlight, ...this.#closed]
    if (this.open !== undefined) batches.push(this.open)
    return batches.filter((batch) => !batch.isSettled)
  }
}
