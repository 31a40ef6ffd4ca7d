import { sequenceDistance } from '@kafka-ts/protocol/records'
import type { Flight } from './flight.ts'
import type { PartitionSequences } from './partition-sequences.ts'
import type { ProducerBatch } from './producer-batch.ts'

/** Requests with batches of one partition that may be without an answer: what a broker remembers of an idempotent producer. */
const MAX_SEQUENCED_FLIGHTS = 5

/** What the partitions of one topic share. */
export interface Pace {
  /** An open batch that is due goes out without waiting for the answer to the last request. */
  readonly isEager: boolean
}

export interface PartitionQueueOptions {
  /** Left out unless the producer is idempotent. */
  readonly sequences?: PartitionSequences
  readonly pace: Pace
}

/**
 * The batches of one partition in their order: those with the broker, those closed, then the open one. Without sequences those with the broker
 * are all in one request. With them several requests may be under way; when one fails, nothing more is sent until all have ended. Batches that
 * have to be sent again come back to the head, in order.
 */
export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  /** undefined unless the producer is idempotent. */
  readonly sequences: PartitionSequences | undefined
  /** Takes records. */
  open: ProducerBatch | undefined
  /** The sender has it in a list already. */
  isQueued = false
  /** The sender is asking for its next epoch. */
  isRenewing = false
  /** Monotonic time before which it is left alone, after a failure. */
  retryAtMs = 0
  readonly #pace: Pace
  readonly #closed: ProducerBatch[] = []
  /** Sent and without an answer, in the order they were sent. */
  readonly #flights: Flight[] = []
  #flightCount = 0
  /** One of them failed. */
  #isLanding = false

  constructor(topic: string, partition: number, options: PartitionQueueOptions) {
    this.topic = topic
    this.partition = partition
    this.sequences = options.sequences
    this.#pace = options.pace
  }

  /** Whether something may go out now. */
  isSendable(nowMs: number): boolean {
    if (this.#flights.length >= this.#maxFlights || this.#isLanding || nowMs < this.retryAtMs) return false
    const closed = this.#closed[0]
    if (closed === undefined) return this.isOpenDue && this.#isAssigning
    return closed.isSealed && (closed.stamp !== undefined || this.#isAssigning)
  }

  /**
   * Whether the open batch is to be closed, to go out: not while others are under way, so that it fills meanwhile. An eager one does not wait for
   * them, or a record would wait for the answer to the last request and then for its own, and a hiccup of the disk would count twice.
   */
  get isOpenDue(): boolean {
    return this.open?.isDue === true && this.#flights.length < (this.#pace.isEager ? this.#maxFlights : 1)
  }

  /** Whether it waits for nothing but an epoch. */
  get isWaitingForEpoch(): boolean {
    if (this.sequences?.isEpochNeeded !== true || this.#flights.length > 0) return false
    const closed = this.#closed[0]
    return closed === undefined ? this.open?.isDue === true : closed.stamp === undefined
  }

  /** No more records for the open batch: it waits behind those closed before it. */
  closeOpen(): void {
    if (this.open === undefined) return
    this.#closed.push(this.open)
    this.open = undefined
  }

  /** Takes closed batches from the head, up to `maxBytes` but at least one: they are in flight from now on. None when the first is not ready. */
  takeOff(maxBytes: number): Flight | undefined {
    const [head] = this.#closed
    let bytes = 0
    let count = 0
    for (const batch of this.#closed) {
      if (!batch.isSealed || (batch.stamp === undefined && !this.#isAssigning)) break
      if (count > 0 && (batch.travelsAlone || bytes + batch.sizeInBytes > maxBytes || this.#isApart(head as ProducerBatch, batch))) break
      bytes += batch.sizeInBytes
      count++
      if (batch.travelsAlone) break
    }
    if (count === 0) return undefined
    const flight = { queue: this, batches: this.#closed.splice(0, count), isHead: this.#flights.length === 0 }
    const flightNumber = ++this.#flightCount
    for (const batch of flight.batches) {
      batch.flightNumber = flightNumber
      if (this.sequences !== undefined) batch.stamp ??= this.sequences.assign(batch.builder.recordCount)
      if (batch.encoded === undefined) batch.encode()
    }
    this.#flights.push(flight)
    return flight
  }

  isInFlight(flight: Flight): boolean {
    return this.#flights.includes(flight)
  }

  /** A flight has ended well: its batches have their outcome. */
  land(flight: Flight): void {
    this.#flights.splice(this.#flights.indexOf(flight), 1)
    for (const batch of flight.batches) this.sequences?.acknowledge(batch)
    this.#settle()
  }

  /** A flight has ended otherwise: `again` are those of its batches that are to be sent again, or their parts. Call it last. */
  landFailed(flight: Flight, again: readonly ProducerBatch[]): void {
    this.#flights.splice(this.#flights.indexOf(flight), 1)
    this.#isLanding = true
    this.#putBack(again)
    this.#settle()
  }

  /** Size of the first closed batch, which is what a request must have room for. */
  get headBytes(): number {
    return this.#closed[0]?.sizeInBytes ?? 0
  }

  /** Removes a batch wherever it is, unless it is in flight. */
  remove(batch: ProducerBatch): void {
    if (this.open === batch) this.open = undefined
    const index = this.#closed.indexOf(batch)
    if (index === -1) return
    this.#closed.splice(index, 1)
    this.sequences?.giveUp(batch)
    this.#settle()
  }

  /** Every batch that has no outcome yet, in order. */
  batches(): ProducerBatch[] {
    const batches = [...this.#flights.flatMap((flight) => flight.batches), ...this.#closed]
    if (this.open !== undefined) batches.push(this.open)
    return batches.filter((batch) => !batch.isSettled)
  }

  /** Batches that were sent before go again as they went: part of a flight may be written. */
  #isApart(head: ProducerBatch, batch: ProducerBatch): boolean {
    return this.sequences !== undefined && batch.flightNumber !== head.flightNumber
  }

  get #maxFlights(): number {
    return this.sequences?.isEstablished === true ? MAX_SEQUENCED_FLIGHTS : 1
  }

  get #isAssigning(): boolean {
    return this.sequences === undefined || this.sequences.isAssigning
  }

  /** Those with a sequence stand before those without, in the order of their sequences. */
  #putBack(batches: readonly ProducerBatch[]): void {
    const first = batches[0]?.stamp
    let at = 0
    if (first !== undefined) {
      for (const { stamp } of this.#closed) {
        if (stamp === undefined || sequenceDistance(first.baseSequence, stamp.baseSequence) > 0) break
        at++
      }
    }
    this.#closed.splice(at, 0, ...batches)
  }

  #settle(): void {
    if (this.#flights.length > 0) return
    this.#isLanding = false
    this.sequences?.settle(this.#closed.filter((batch) => batch.stamp !== undefined))
  }
}
