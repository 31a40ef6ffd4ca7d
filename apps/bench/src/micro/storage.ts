/**
 * What one process can append to a data directory: `node --conditions=@kafka-ts/source src/micro/storage.ts [directory]`.
 * Rounds of one batch to each partition; in `commit` the next round starts when the one before is durable for `DEPTH` rounds.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeDoors } from '@kafka-ts/io'
import { RecordBatchBuilder } from '@kafka-ts/protocol/records'
import { CheckedBatches, checkBatches, type Log, type LogConfig, LogDirectory } from '@kafka-ts/storage'

const RECORD_BYTES = 100
const MIN_SECONDS = 1.5
/** Rounds that may be under way: what pipelining producers keep in flight. */
const DEPTH = 4
const CASES = [
  { partitions: 1, batchBytes: 64 * 1024 },
  { partitions: 6, batchBytes: 16 * 1024 },
  { partitions: 6, batchBytes: 256 * 1024 },
  { partitions: 100, batchBytes: 16 * 1024 },
  { partitions: 1000, batchBytes: 2 * 1024 },
  { partitions: 1000, batchBytes: 16 * 1024 },
] as const

interface Row {
  readonly durability: LogConfig['durability']
  readonly partitions: number
  readonly 'batch KiB': number
  readonly 'batches/s': number
  readonly 'records/s': number
  readonly 'MB/s': number
  readonly 'round ms p50': number
}

function configOf(durability: LogConfig['durability']): LogConfig {
  return {
    segmentBytes: 1024 * 1024 * 1024,
    segmentMs: 7 * 24 * 3600 * 1000,
    segmentJitterMs: 0,
    retentionMs: -1,
    retentionBytes: -1,
    maxMessageBytes: 1024 * 1024 + 12,
    indexIntervalBytes: 4096,
    cleanupPolicy: 'delete',
    minCleanableDirtyRatio: 0.5,
    minCompactionLagMs: 0,
    maxCompactionLagMs: Number.MAX_SAFE_INTEGER,
    deleteRetentionMs: 24 * 3600 * 1000,
    messageTimestampType: 'CreateTime',
    messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
    messageTimestampAfterMaxMs: 3600 * 1000,
    durability,
    fileDeleteDelayMs: 0,
  }
}

function buildBatch(bytes: number): { readonly batch: Uint8Array; readonly records: number } {
  const builder = new RecordBatchBuilder({ maxBatchBytes: bytes })
  const value = 'v'.repeat(RECORD_BYTES)
  while (builder.append(Date.now(), 'key-00000000', value));
  return { batch: Uint8Array.from(builder.build()), records: builder.recordCount }
}

class Rounds {
  readonly #logs: Log[] = []
  readonly #config: LogConfig
  readonly #batch: Uint8Array
  #wake: (() => void) | undefined
  #undurable = 0

  constructor(directory: LogDirectory, config: LogConfig, options: { readonly partitions: number; readonly batch: Uint8Array }) {
    this.#config = config
    this.#batch = options.batch
    for (let partition = 0; partition < options.partitions; partition++) {
      const log = directory.createLog({ topic: 'bench', topicId: new Uint8Array(16).fill(7), partition }, config)
      log.listener = {
        onDurable: () => {
          if (log.durableOffset === log.logEndOffset) this.#undurable--
          this.#wake?.()
        },
        onAppendFailed: (_log, _offset, error) => {
          throw error
        },
      }
      this.#logs.push(log)
    }
  }

  /** One batch to each log; resolves when all is durable. */
  async run(): Promise<void> {
    for (const log of this.#logs) {
      if (log.durableOffset === log.logEndOffset) this.#undurable++
      for (let index = 0; index < DEPTH; index++) {
        // A fresh copy, as from a socket: the log keeps the buffer.
        const checked = checkBatches(Uint8Array.from(this.#batch), { config: this.#config, nowMs: Date.now() })
        if (!(checked instanceof CheckedBatches)) throw new Error(checked.message)
        log.append(checked)
      }
    }
    while (this.#undurable > 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

async function measure(parent: string, durability: LogConfig['durability'], shape: (typeof CASES)[number]): Promise<Row> {
  const path = mkdtempSync(join(parent, 'storage-bench-'))
  const config = configOf(durability)
  const directory = await LogDirectory.open({ path, doors: nodeDoors(), nodeId: 0, configFor: () => config })
  try {
    const { batch, records } = buildBatch(shape.batchBytes)
    const rounds = new Rounds(directory, config, { partitions: shape.partitions, batch })
    await rounds.run()
    const times: number[] = []
    const start = performance.now()
    while (performance.now() - start < MIN_SECONDS * 1000) {
      const before = performance.now()
      await rounds.run()
      times.push(performance.now() - before)
    }
    const seconds = (performance.now() - start) / 1000
    const batches = (times.length * DEPTH * shape.partitions) / seconds
    times.sort((one, other) => one - other)
    return {
      durability,
      partitions: shape.partitions,
      'batch KiB': shape.batchBytes / 1024,
      'batches/s': Math.round(batches),
      'records/s': Math.round(batches * records),
      'MB/s': Math.round((batches * batch.length) / 1e6),
      'round ms p50': Number((times[times.length >> 1] ?? 0).toFixed(2)),
    }
  } finally {
    await directory.close()
    rmSync(path, { recursive: true, force: true })
  }
}

const rows: Row[] = []
const parent = process.argv[2] ?? tmpdir()
for (const durability of ['page', 'commit'] as const) {
  for (const shape of CASES) rows.push(await measure(parent, durability, shape))
}
console.table(rows)
