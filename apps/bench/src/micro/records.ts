/**
 * What one record costs in the record batch code, without a socket or a disk: building, reading, checking, and the
 * checksum and codecs under them. Run: `node --conditions=@kafka-ts/source apps/bench/src/micro/records.ts`.
 */
import { performance } from 'node:perf_hooks'
import { NodeCompression } from '@kafka-ts/io'
import {
  CODECS,
  checkBatch,
  compressRecords,
  crc32c,
  crc32cJavaScript,
  decompressRecords,
  murmur2OfString,
  RecordBatchBuilder,
  RecordBatchReader,
} from '@kafka-ts/protocol/records'

const RECORDS_A_BATCH = 128
const BATCH_BYTES = 16 * 1024
const KEY_CHARACTERS = 12
const VALUE_CHARACTERS = 100
const ROUNDS = 5
const ROUND_MS = 200
/** Enough different strings that none is in a processor cache by chance. */
const DISTINCT_RECORDS = 20_000

const keys = Array.from({ length: DISTINCT_RECORDS }, (_, index) => `k${index}`.padEnd(KEY_CHARACTERS, '-'))
const values = Array.from({ length: DISTINCT_RECORDS }, (_, index) =>
  `{"id":${index},"name":"${'abcdefgh '.repeat(12)}`.slice(0, VALUE_CHARACTERS),
)
/** Results go here, so that no loop is optimised away. */
let sink = 0

/** Nanoseconds a call of `run` takes, the best of some rounds after a warm-up: the machine may be shared. */
function measure(run: () => void): number {
  const rounds: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    let calls = 0
    const start = performance.now()
    let elapsed = 0
    for (; elapsed < ROUND_MS; calls++, elapsed = performance.now() - start) run()
    if (round > 0) rounds.push((elapsed * 1e6) / calls)
  }
  return Math.min(...rounds)
}

/** As `measure`, one call after the other. */
async function measureAsync(run: () => Promise<unknown>): Promise<number> {
  const rounds: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    let calls = 0
    const start = performance.now()
    let elapsed = 0
    for (; elapsed < ROUND_MS; calls++, elapsed = performance.now() - start) await run()
    if (round > 0) rounds.push((elapsed * 1e6) / calls)
  }
  return Math.min(...rounds)
}

const builder = new RecordBatchBuilder({ maxBatchBytes: 1_000_000 })
let nextRecord = 0

function buildBatch(): Uint8Array {
  builder.reset()
  for (let index = 0; index < RECORDS_A_BATCH; index++) {
    const record = nextRecord++ % DISTINCT_RECORDS
    builder.append(1_700_000_000_000 + index, keys[record]!, values[record]!)
  }
  return builder.build()
}

function readStrings(batch: Uint8Array): void {
  const reader = new RecordBatchReader(batch, 0)
  while (reader.next()) sink += reader.keyString()!.length + reader.valueString()!.length
}

function walk(batch: Uint8Array): void {
  const reader = new RecordBatchReader(batch, 0)
  while (reader.next()) sink += reader.offset
}

function printRow(what: string, nanoseconds: number, bytes?: number): void {
  const rate = bytes === undefined ? '' : `${((bytes / nanoseconds) * 1000).toFixed(0)} MB/s`
  console.log(`${what.padEnd(44)} ${nanoseconds.toFixed(1).padStart(12)} ns  ${rate.padStart(12)}`)
}

const batch = buildBatch().slice()
const wide = new RecordBatchBuilder({ maxBatchBytes: 1_000_000 })
for (let index = 0; index < RECORDS_A_BATCH; index++) wide.append(1_700_000_000_000, `ключ-${index}`, `${values[index]!}ж`)

function measureRecords(): void {
  printRow(
    'build, a record (12-byte key, 100-byte value)',
    measure(() => {
      sink += buildBatch().length
    }) / RECORDS_A_BATCH,
  )
  printRow('read both strings, a record', measure(() => readStrings(batch)) / RECORDS_A_BATCH)
  const wideBatch = wide.build()
  printRow('read both strings, not ASCII, a record', measure(() => readStrings(wideBatch)) / RECORDS_A_BATCH)
  printRow('walk, a record', measure(() => walk(batch)) / RECORDS_A_BATCH)
  for (const validation of ['header', 'checksum', 'records'] as const) {
    const nanoseconds = measure(() => {
      if (checkBatch(batch, 0, batch.length, { validation }) !== undefined) throw new Error('the batch is good')
    })
    printRow(`check (${validation}), a record of ${RECORDS_A_BATCH}`, nanoseconds / RECORDS_A_BATCH)
  }
  printRow(
    'murmur2 of a key',
    measure(() => {
      for (let index = 0; index < 100; index++) sink += murmur2OfString(keys[index]!)
    }) / 100,
  )
}

function measureChecksums(): void {
  const bytes = new Uint8Array(64 * 1024).fill(0x5a)
  for (const size of [32, 64, 96, 128, 256, 1024, BATCH_BYTES, 64 * 1024]) {
    printRow(
      `crc32c, ${size} bytes`,
      measure(() => {
        sink += crc32c(bytes, 0, size)
      }),
      size,
    )
    printRow(
      `crc32c in JavaScript, ${size} bytes`,
      measure(() => {
        sink += crc32cJavaScript(bytes, 0, size)
      }),
      size,
    )
  }
}

async function measureCodecs(): Promise<void> {
  const door = new NodeCompression()
  const records = batch.subarray(61)
  for (const codec of CODECS) {
    if (codec === 'none') continue
    const compressed = await compressRecords(codec, records, door)
    printRow(
      `${codec}, compress ${records.length} to ${compressed.length} bytes`,
      await measureAsync(() => compressRecords(codec, records, door)),
      records.length,
    )
    const decompress = () => decompressRecords(codec, compressed, 1_000_000, door)
    printRow(`${codec}, decompress`, await measureAsync(decompress), records.length)
  }
}

measureRecords()
measureChecksums()
await measureCodecs()
if (sink === 0) throw new Error('nothing was measured')
