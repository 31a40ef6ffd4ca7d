import type { RecordMetadata } from './producer-types.ts'
import type { RecordAccumulator, RecordsToSend } from './record-accumulator.ts'
import type { WaitingSend } from './waiting-sends.ts'

/** A `sendMany` whose records go into batches slice by slice. */
export class WaitingCall implements WaitingSend {
  #toSend: RecordsToSend
  readonly #accumulator: RecordAccumulator
  /** The first record that is not in a batch. */
  #next = 0

  constructor(toSend: RecordsToSend, accumulator: RecordAccumulator) {
    this.#toSend = toSend
    this.#accumulator = accumulator
  }

  get promise(): Promise<RecordMetadata[]> {
    return this.#toSend.call.promise
  }

  /** Puts one slice at the most into batches. */
  admit(): boolean {
    this.#next = this.#accumulator.appendSlice(this.#toSend, this.#next)
    return this.#next === this.#toSend.records.length
  }

  /** From now on the array is not the caller's, who may change his. */
  keepRecords(): void {
    this.#toSend = { ...this.#toSend, records: this.#toSend.records.slice() }
  }

  reject(error: unknown): void {
    this.#toSend.call.failFrom(this.#next, error)
  }
}
