import type { RecordMetadata } from './producer-types.ts'
import type { SendManyCall } from './send-many-call.ts'

type Resolve = (outcome: RecordMetadata | Promise<RecordMetadata>) => void

/** Set by `capture`, which runs within `new Promise`: one function for all records in place of a closure for each. */
let captured: Resolve

function capture(resolve: Resolve): void {
  captured = resolve
}

function ignore(): void {}

/** Where the records of a batch were written. -1: not known, and the records kept their own timestamps. */
export interface WrittenBatch {
  readonly topic: string
  readonly partition: number
  readonly baseOffset: number
  readonly logAppendTimeMs: number
}

/**
 * Who is told what became of the records of a batch, in their order: a promise for a record that was sent by itself, the call for one of many. Nothing
 * is made for a record of a call until its outcome is known.
 */
export class RecordOutcomes {
  readonly #receivers: (Resolve | SendManyCall)[] = []
  /** Positions in their calls, one for each receiver that is a call. */
  readonly #callIndexes: number[] = []
  readonly #timestamps: number[] = []
  /** How many of the receivers, and of the positions, other batches have taken over. */
  #takenReceivers = 0
  #takenIndexes = 0

  get count(): number {
    return this.#receivers.length
  }

  /** There is one more record. Who waits for it is said next, by `promise`, `tell` or `takeNextOf`. */
  add(timestampMs: number): void {
    this.#timestamps.push(timestampMs)
  }

  /** The outcome of the record that was just added, as a promise. */
  promise(): Promise<RecordMetadata> {
    const promise = new Promise<RecordMetadata>(capture)
    this.#receivers.push(captured)
    return promise
  }

  /** The outcome of the record that was just added goes to the call, whose record `index` it is. */
  tell(call: SendManyCall, index: number): void {
    this.#receivers.push(call)
    this.#callIndexes.push(index)
  }

  /** The timestamp of the first record that no other batch has taken over yet. */
  get nextTimestampMs(): number {
    return this.#timestamps[this.#takenReceivers] as number
  }

  /** Whoever waits for that record of the other batch waits for the one that was just added. */
  takeNextOf(other: RecordOutcomes): void {
    const receiver = other.#receivers[other.#takenReceivers++] as Resolve | SendManyCall
    this.#receivers.push(receiver)
    if (typeof receiver !== 'function') this.#callIndexes.push(other.#callIndexes[other.#takenIndexes++] as number)
  }

  /** Tells everybody where his record was written. */
  succeed({ topic, partition, baseOffset, logAppendTimeMs }: WrittenBatch): void {
    const receivers = this.#receivers
    const timestamps = this.#timestamps
    const callIndexes = this.#callIndexes
    let called = 0
    for (let index = 0; index < receivers.length; index++) {
      const timestamp = logAppendTimeMs === -1 ? (timestamps[index] as number) : logAppendTimeMs
      const metadata = { topic, partition, offset: baseOffset === -1 ? -1 : baseOffset + index, timestamp }
      const receiver = receivers[index] as Resolve | SendManyCall
      if (typeof receiver === 'function') receiver(metadata)
      else receiver.succeed(callIndexes[called++] as number, metadata)
    }
    this.forget()
  }

  /** Tells everybody that his record failed. */
  fail(error: unknown): void {
    // Resolving with a rejected promise rejects: so only one of the two functions a record has needs to be kept.
    const rejected = Promise.reject<RecordMetadata>(error)
    rejected.catch(ignore)
    let called = 0
    for (const receiver of this.#receivers) {
      if (typeof receiver === 'function') receiver(rejected)
      else receiver.fail(this.#callIndexes[called++] as number, error)
    }
    this.forget()
  }

  /** Nobody waits here any more. */
  forget(): void {
    this.#receivers.length = 0
    this.#callIndexes.length = 0
    this.#timestamps.length = 0
  }
}
