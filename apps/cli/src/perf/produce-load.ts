import { randomFillSync } from 'node:crypto'
import type { Producer } from '@kafka-ts/client'
import type { CliDoors } from '../doors.ts'
import { isKafkaError } from '../errors/kafka-errors.ts'
import type { Extent } from './perf-flags.ts'
import type { Stopwatch } from './stopwatch.ts'

/** Without a rate, records that wait for their answer before a client sends more. */
const MAX_IN_FLIGHT = 20_000
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024
/** Sent between two looks at the clock and at the answers. */
const BURST = 200
/** Different values, so that compression has some work and not all of it. */
const VALUES = 64
/** How often to look whether a record is due. */
const PACE_MS = 1

/** What a client has to send. */
export interface ProduceLoad {
  readonly topic: string
  readonly size: number
  readonly extent: Extent
  /** Records a second of this client. */
  readonly rate: number | undefined
  readonly signal: AbortSignal
}

/** Sends until the extent is reached or the signal aborts, and waits for every answer. The first error that ends everything is thrown. */
export async function produceLoad(doors: CliDoors, producer: Producer, watch: Stopwatch, load: ProduceLoad): Promise<void> {
  const values = Array.from({ length: VALUES }, () => randomFillSync(Buffer.alloc(load.size)))
  const { extent, rate, signal } = load
  let sent = 0
  let inFlight = 0
  let fatal: unknown
  const startMs = doors.monotonicMs()
  const isOver = () => fatal !== undefined || signal.aborted || sent >= extent.records || watch.elapsedMs >= extent.durationMs
  const send = (dueMs: number) => {
    inFlight++
    const value = values[sent++ % VALUES]!
    producer.send(load.topic, { value } as { value: never }).then(
      () => {
        inFlight--
        watch.done(1, value.length, doors.monotonicMs() - dueMs)
      },
      (error: unknown) => {
        inFlight--
        watch.fail()
        if (!isKafkaError(error) || !error.retriable) fatal ??= error
      },
    )
  }
  while (!isOver()) {
    const nowMs = doors.monotonicMs()
    const due = rate === undefined ? BURST : Math.floor(((nowMs - startMs) * rate) / 1000) + 1 - sent
    const room = rate === undefined ? MAX_IN_FLIGHT - inFlight : due
    const count = producer.bufferedBytes >= MAX_BUFFERED_BYTES ? 0 : Math.min(due, room, BURST, extent.records - sent)
    for (let i = 0; i < count; i++) send(rate === undefined ? nowMs : startMs + (sent * 1000) / rate)
    // Answers need a turn of the event loop, and nothing is due before the next millisecond.
    await (count === BURST ? nextTurn() : doors.sleep(PACE_MS))
  }
  await producer.flush()
  if (fatal !== undefined) throw fatal
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
