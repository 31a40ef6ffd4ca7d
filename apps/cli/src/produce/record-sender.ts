import type { Producer } from '@kafka-ts/client'
import type { CliDoors } from '../doors.ts'
import { isKafkaError, isTooLarge } from '../errors/kafka-errors.ts'
import { BadInput, type InputRecord } from './input-record.ts'

/** Records on their way at once: enough to fill every batch, few enough to stay small. */
const MAX_IN_FLIGHT = 50_000
/** Reading goes on once this many are left. */
const RESUME_AT = 25_000
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024
/** Failures whose message is kept; all are counted. */
const MAX_FAILURES_KEPT = 5

/** What every record gets besides what the input says. */
export interface RecordDefaults {
  readonly headers: readonly { readonly key: string; readonly value: string }[]
  readonly partition?: number | undefined
}

/** Sends records without waiting for each, and counts what became of them. */
export class RecordSender {
  readonly #producer: Producer
  readonly #topic: string
  readonly #defaults: RecordDefaults
  readonly #onAcknowledged = () => this.#settled(undefined)
  readonly #onFailed = (error: unknown) => this.#settled(error)
  #inFlight = 0
  #wake: (() => void) | undefined
  #sent = 0
  #acknowledged = 0
  #failed = 0
  #bytes = 0
  readonly #failures: string[] = []
  #isTooLarge = false
  #fatal: unknown

  constructor(producer: Producer, topic: string, defaults: RecordDefaults) {
    this.#producer = producer
    this.#topic = topic
    this.#defaults = defaults
  }

  /** Records handed to the producer. */
  get sent(): number {
    return this.#sent
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  /** Records that were refused, and input that is no record. */
  get failed(): number {
    return this.#failed
  }

  /** Of keys and values that were sent. */
  get bytes(): number {
    return this.#bytes
  }

  /** The first few failures, as text. */
  get failures(): readonly string[] {
    return this.#failures
  }

  /** Whether any record was refused for its size. */
  get hasTooLarge(): boolean {
    return this.#isTooLarge
  }

  /** An error that every later record would meet too; undefined while there is none. */
  get fatal(): unknown {
    return this.#fatal
  }

  /** Hands one record to the producer. */
  send(input: InputRecord | BadInput): void {
    if (input instanceof BadInput) {
      this.#fail(`${input.where}: ${input.reason}`)
      return
    }
    this.#inFlight++
    this.#sent++
    this.#bytes += lengthOf(input.key) + lengthOf(input.value)
    const { headers, partition } = this.#defaults
    const record = headers.length === 0 && partition === undefined ? input : this.#withDefaults(input)
    this.#producer.send(this.#topic, record).then(this.#onAcknowledged, this.#onFailed)
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    while (
      this.#fatal === undefined &&
      this.#inFlight > 0 &&
      (this.#inFlight >= MAX_IN_FLIGHT || this.#producer.bufferedBytes >= MAX_BUFFERED_BYTES)
    ) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #withDefaults(input: InputRecord): InputRecord {
    const { headers, partition } = this.#defaults
    return {
      ...input,
      headers: [...(input.headers ?? []), ...headers],
      ...(partition === undefined ? {} : { partition }),
    }
  }

  #settled(error: unknown): void {
    this.#inFlight--
    if (error === undefined) this.#acknowledged++
    else {
      this.#isTooLarge ||= isTooLarge(error)
      if (!isOfRecord(error)) this.#fatal ??= error
      this.#fail(error instanceof Error ? error.message : String(error))
    }
    const hasRoom = this.#inFlight <= RESUME_AT && this.#producer.bufferedBytes < MAX_BUFFERED_BYTES
    if (hasRoom || this.#inFlight === 0 || this.#fatal !== undefined) {
      this.#wake?.()
      this.#wake = undefined
    }
  }

  #fail(reason: string): void {
    this.#failed++
    if (this.#failures.length < MAX_FAILURES_KEPT) this.#failures.push(reason)
  }
}

/** Whether an error is about the one record, so that others may do better. */
function isOfRecord(error: unknown): boolean {
  const codes = [
    'MESSAGE_TOO_LARGE',
    'RECORD_LIST_TOO_LARGE',
    'SERIALIZATION_FAILED',
    'INVALID_RECORD',
    'INVALID_TIMESTAMP',
    'INVALID_ARGUMENT',
    'CORRUPT_MESSAGE',
  ]
  return isKafkaError(error) && codes.includes(error.code)
}

function lengthOf(part: string | Uint8Array | null): number {
  return part === null ? 0 : part.length
}

/** Spreads records over time: so many a second, in small steps. */
export class Pacer {
  readonly #doors: CliDoors
  readonly #perSecond: number
  readonly #startMs: number
  #sent = 0

  constructor(doors: CliDoors, perSecond: number) {
    this.#doors = doors
    this.#perSecond = perSecond
    this.#startMs = doors.now()
  }

  /** Resolves when the next record is due. */
  async next(signal: AbortSignal): Promise<void> {
    const dueMs = this.#startMs + (this.#sent * 1000) / this.#perSecond
    this.#sent++
    const waitMs = dueMs - this.#doors.now()
    if (waitMs > 0) await this.#doors.sleep(waitMs, signal)
  }
}
