import { randomBytes } from 'node:crypto'
import type { Consumer, Producer } from '@kafka-ts/client'
import type { CliDoors } from '../doors.ts'
import type { Extent } from './perf-flags.ts'
import type { Stopwatch } from './stopwatch.ts'

const RUN_BYTES = 8
const SEQUENCE_BYTES = 4
/** A value begins with what tells it from records of others: `run id (8), sequence (4)`; the rest is padding. */
export const MIN_E2E_BYTES = RUN_BYTES + SEQUENCE_BYTES
const PACE_MS = 1

/** What is sent round. */
export interface EndToEndLoad {
  readonly topic: string
  readonly size: number
  readonly rate: number
  readonly extent: Extent
  /** How long the last records may take after the last was sent. */
  readonly graceMs: number
  readonly signal: AbortSignal
}

/** The two ends: those who write, and one who reads from where the topic ended before. */
export interface EndToEnd {
  readonly producers: readonly Producer[]
  readonly consumer: Consumer<string>
}

/** Sends records at a rate and times each from when it was due until it is read again. What is not read in time counts as failed. */
export async function endToEndLoad(
  doors: CliDoors,
  { producers, consumer }: EndToEnd,
  watch: Stopwatch,
  load: EndToEndLoad,
): Promise<void> {
  const runId = randomBytes(RUN_BYTES)
  const pending = new Map<number, number>()
  let isDone = false
  const reading = (async () => {
    for await (const batch of consumer.batches()) {
      for (const { value } of batch as Iterable<{ readonly value: Uint8Array | null }>) {
        const sequence = value === null ? undefined : sequenceOf(value, runId)
        const dueMs = sequence === undefined ? undefined : pending.get(sequence)
        if (sequence === undefined || dueMs === undefined) continue
        pending.delete(sequence)
        watch.done(1, load.size, doors.monotonicMs() - dueMs)
      }
      if (isDone && pending.size === 0) return
    }
  })()
  // Its failure is told where it is awaited; until then nobody else should see it as unhandled.
  reading.catch(() => undefined)
  try {
    await sendAll(doors, producers, { runId, pending, watch, load })
    isDone = true
    if (pending.size > 0) await Promise.race([reading, doors.sleep(load.graceMs)])
    watch.fail(pending.size)
  } finally {
    await consumer.close()
  }
  await reading
}

interface Sending {
  readonly runId: Uint8Array
  /** When each record that was not read yet was due, by its sequence. */
  readonly pending: Map<number, number>
  readonly watch: Stopwatch
  readonly load: EndToEndLoad
}

async function sendAll(doors: CliDoors, producers: readonly Producer[], { runId, pending, watch, load }: Sending): Promise<void> {
  const { topic, size, rate, extent, signal } = load
  const startMs = doors.monotonicMs()
  const outcomes: Promise<unknown>[] = []
  let failure: unknown
  let sent = 0
  while (failure === undefined && !signal.aborted && sent < extent.records && watch.elapsedMs < extent.durationMs) {
    const due = Math.min(extent.records, Math.floor(((doors.monotonicMs() - startMs) * rate) / 1000) + 1)
    for (; sent < due; sent++) {
      const value = Buffer.alloc(size)
      value.set(runId)
      value.writeUInt32BE(sent, RUN_BYTES)
      pending.set(sent, startMs + (sent * 1000) / rate)
      const producer = producers[sent % producers.length]!
      outcomes.push(
        producer.send(topic, { value } as { value: never }).catch((error: unknown) => {
          failure ??= error
        }),
      )
    }
    await doors.sleep(PACE_MS)
  }
  await Promise.all(outcomes)
  if (failure !== undefined) throw failure
}

function sequenceOf(value: Uint8Array, runId: Uint8Array): number | undefined {
  if (value.length < MIN_E2E_BYTES || !runId.every((byte, index) => value[index] === byte)) return undefined
  return Buffer.from(value.buffer, value.byteOffset, value.length).readUInt32BE(RUN_BYTES)
}
