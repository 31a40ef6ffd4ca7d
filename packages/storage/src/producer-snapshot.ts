/**
 * The bytes of a `.snapshot` file. What Kafka reads of it comes first, as its `ProducerStateManager` has it (integers big-endian):
 *
 * ```
 *  int16 version (1)
 * uint32 CRC-32C of everything behind it
 *  int32 number of producers, then for each
 *        int64 producerId   int16 producerEpoch   int32 lastSequence   int64 lastOffset   int32 offsetDelta (of the last batch)
 *        int64 timestamp   int32 coordinatorEpoch (-1)   int64 currentTxnFirstOffset (-1)
 * ```
 *
 * Kafka keeps one batch of each producer and reads no further. Ours follow: for each producer, in the same order,
 *
 * ```
 *  int64 idleMs   int8 isEpochWhole   int8 number of runs, then for each
 *        int16 producerEpoch   int32 baseSequence   int64 baseOffset   int64 nextOffset   int32 lastBatchRecords
 *        int64 timestamp   int64 logAppendTimeMs
 * ```
 */
import { Buffer } from 'node:buffer'
import { crc32c, readInt64, sequenceAfter, writeInt64 } from '@kafka-ts/protocol/records'
import { lastSequenceOf, type SequenceRun } from './producer-entry.ts'

const VERSION = 1
const CRC_AT = 2
const BODY_AT = 6
const PRODUCERS_AT = 10
const KAFKA_ENTRY_BYTES = 46
const OWN_ENTRY_BYTES = 10
const RUN_BYTES = 42
const NO_COORDINATOR_EPOCH = -1
const NO_TRANSACTION = -1

/** One producer in a snapshot. */
export interface SnapshotProducer {
  readonly producerId: number
  /** For how long it had appended nothing, counted only while a broker ran. */
  readonly idleMs: number
  readonly isEpochWhole: boolean
  /** Oldest first, at least one. */
  readonly runs: readonly SequenceRun[]
}

/** The producers of a log at some offset. */
export interface ProducerSnapshot {
  readonly producers: readonly SnapshotProducer[]
}

export function encodeProducerSnapshot({ producers }: ProducerSnapshot): Uint8Array {
  let bytes = PRODUCERS_AT + producers.length * (KAFKA_ENTRY_BYTES + OWN_ENTRY_BYTES)
  for (const { runs } of producers) bytes += runs.length * RUN_BYTES
  const buffer = Buffer.alloc(bytes)
  buffer.writeInt16BE(VERSION, 0)
  buffer.writeInt32BE(producers.length, BODY_AT)
  let at = PRODUCERS_AT
  for (const producer of producers) at = writeKafkaEntry(buffer, at, producer)
  for (const producer of producers) at = writeOwnEntry(buffer, at, producer)
  buffer.writeUInt32BE(crc32c(buffer, BODY_AT, bytes), CRC_AT)
  return buffer
}

/** undefined when the bytes are not a whole snapshot. One that Kafka wrote has a single batch of each producer. */
export function decodeProducerSnapshot(bytes: Uint8Array): ProducerSnapshot | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (buffer.length < PRODUCERS_AT || buffer.readInt16BE(0) !== VERSION) return undefined
  if (buffer.readUInt32BE(CRC_AT) !== crc32c(buffer, BODY_AT, buffer.length)) return undefined
  const count = buffer.readInt32BE(BODY_AT)
  const ownAt = PRODUCERS_AT + count * KAFKA_ENTRY_BYTES
  if (count < 0 || ownAt > buffer.length) return undefined
  if (ownAt === buffer.length) return { producers: readKafkaEntries(buffer, count) }
  return readOwnEntries(buffer, count, ownAt)
}

function writeKafkaEntry(buffer: Buffer, start: number, { producerId, runs }: SnapshotProducer): number {
  const newest = runs[runs.length - 1]!
  writeInt64(buffer, start, producerId)
  buffer.writeInt16BE(newest.producerEpoch, start + 8)
  buffer.writeInt32BE(lastSequenceOf(newest), start + 10)
  writeInt64(buffer, start + 14, newest.nextOffset - 1)
  buffer.writeInt32BE(newest.lastBatchRecords - 1, start + 22)
  writeInt64(buffer, start + 26, newest.timestamp)
  buffer.writeInt32BE(NO_COORDINATOR_EPOCH, start + 34)
  writeInt64(buffer, start + 38, NO_TRANSACTION)
  return start + KAFKA_ENTRY_BYTES
}

function writeOwnEntry(buffer: Buffer, start: number, { idleMs, isEpochWhole, runs }: SnapshotProducer): number {
  writeInt64(buffer, start, idleMs)
  buffer.writeInt8(isEpochWhole ? 1 : 0, start + 8)
  buffer.writeInt8(runs.length, start + 9)
  let at = start + OWN_ENTRY_BYTES
  for (const run of runs) {
    buffer.writeInt16BE(run.producerEpoch, at)
    buffer.writeInt32BE(run.baseSequence, at + 2)
    writeInt64(buffer, at + 6, run.baseOffset)
    writeInt64(buffer, at + 14, run.nextOffset)
    buffer.writeInt32BE(run.lastBatchRecords, at + 22)
    writeInt64(buffer, at + 26, run.timestamp)
    writeInt64(buffer, at + 34, run.logAppendTimeMs)
    at += RUN_BYTES
  }
  return at
}

function readKafkaEntries(buffer: Buffer, count: number): SnapshotProducer[] {
  const producers: SnapshotProducer[] = []
  for (let index = 0; index < count; index++) {
    const at = PRODUCERS_AT + index * KAFKA_ENTRY_BYTES
    const nextOffset = readInt64(buffer, at + 14) + 1
    const records = buffer.readInt32BE(at + 22) + 1
    const lastSequence = buffer.readInt32BE(at + 10)
    // Transaction markers alone leave a producer without a batch.
    if (lastSequence < 0 || nextOffset < records) continue
    const run: SequenceRun = {
      producerEpoch: buffer.readInt16BE(at + 8),
      baseSequence: sequenceAfter(lastSequence, 1 - records),
      baseOffset: nextOffset - records,
      nextOffset,
      lastBatchRecords: records,
      timestamp: readInt64(buffer, at + 26),
      logAppendTimeMs: -1,
    }
    producers.push({ producerId: readInt64(buffer, at), idleMs: 0, isEpochWhole: false, runs: [run] })
  }
  return producers
}

function readOwnEntries(buffer: Buffer, count: number, ownAt: number): ProducerSnapshot | undefined {
  const producers: SnapshotProducer[] = []
  let at = ownAt
  for (let index = 0; index < count; index++) {
    if (at + OWN_ENTRY_BYTES > buffer.length) return undefined
    const runCount = buffer.readInt8(at + 9)
    const runsAt = at + OWN_ENTRY_BYTES
    if (runCount < 1 || runsAt + runCount * RUN_BYTES > buffer.length) return undefined
    const runs = Array.from({ length: runCount }, (_, run) => readRun(buffer, runsAt + run * RUN_BYTES))
    producers.push({
      producerId: readInt64(buffer, PRODUCERS_AT + index * KAFKA_ENTRY_BYTES),
      idleMs: readInt64(buffer, at),
      isEpochWhole: buffer.readInt8(at + 8) === 1,
      runs,
    })
    at = runsAt + runCount * RUN_BYTES
  }
  return at === buffer.length ? { producers } : undefined
}

function readRun(buffer: Buffer, at: number): SequenceRun {
  return {
    producerEpoch: buffer.readInt16BE(at),
    baseSequence: buffer.readInt32BE(at + 2),
    baseOffset: readInt64(buffer, at + 6),
    nextOffset: readInt64(buffer, at + 14),
    lastBatchRecords: buffer.readInt32BE(at + 22),
    timestamp: readInt64(buffer, at + 26),
    logAppendTimeMs: readInt64(buffer, at + 34),
  }
}
