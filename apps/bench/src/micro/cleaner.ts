/**
 * How fast one log is cleaned, without a broker around it: `node --conditions=@kafka-ts/source src/micro/cleaner.ts [DIRECTORY]`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeDoors } from '@kafka-ts/io'
import { RecordBatchBuilder } from '@kafka-ts/protocol/records'
import { CheckedBatches, checkBatches, type Log, LogCleaner, type LogConfig, LogDirectory } from '@kafka-ts/storage'

const VALUE_BYTES = 1024
const TOTAL_BYTES = 256 * 1024 * 1024
const MAP_BYTES = 128 * 1024 * 1024

const CONFIG: LogConfig = {
  segmentBytes: 64 * 1024 * 1024,
  segmentMs: 7 * 24 * 3600 * 1000,
  segmentJitterMs: 0,
  retentionMs: -1,
  retentionBytes: -1,
  maxMessageBytes: 1024 * 1024 + 12,
  indexIntervalBytes: 4096,
  cleanupPolicy: 'compact',
  minCleanableDirtyRatio: 0,
  minCompactionLagMs: 0,
  maxCompactionLagMs: Number.MAX_SAFE_INTEGER,
  deleteRetentionMs: 24 * 3600 * 1000,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 3600 * 1000,
  durability: 'page',
  fileDeleteDelayMs: 0,
}

async function fill(log: Log, options: { readonly batchBytes: number; readonly keys: number }): Promise<void> {
  const value = new Uint8Array(VALUE_BYTES).fill(120)
  const builder = new RecordBatchBuilder({ maxBatchBytes: options.batchBytes })
  for (let number = 0; log.sizeBytes() < TOTAL_BYTES; ) {
    builder.reset()
    while (builder.append(Date.now(), `key-${(number * 7919) % options.keys}`, value)) number++
    const checked = checkBatches(Uint8Array.from(builder.build()), { config: CONFIG, nowMs: Date.now() })
    if (!(checked instanceof CheckedBatches)) throw new Error(checked.message)
    log.append(checked)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const rows: object[] = []
for (const batchBytes of [2048, 16_384, 262_144]) {
  for (const keys of [1000, 100_000]) {
    const path = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'cleaner-bench-'))
    const doors = nodeDoors()
    const directory = await LogDirectory.open({ path, doors, nodeId: 0, configFor: () => CONFIG })
    try {
      const log = directory.createLog({ topic: 'bench', topicId: new Uint8Array(16).fill(7), partition: 0 }, CONFIG)
      await fill(log, { batchBytes, keys })
      await log.flush()
      const logger = { info() {}, warn: console.warn, error: console.error }
      const cleaner = new LogCleaner({ ...doors, logger, mapBytes: MAP_BYTES, maxBytesPerSecond: Number.POSITIVE_INFINITY })
      let longestMs = 0
      let isDone = false
      const watch = (): void => {
        const armedMs = performance.now()
        setTimeout(() => {
          longestMs = Math.max(longestMs, performance.now() - armedMs - 1)
          if (!isDone) watch()
        }, 1)
      }
      watch()
      const cpu = process.cpuUsage()
      const report = await cleaner.cleanNext([{ log, limitOffset: log.durableOffset }])
      isDone = true
      if (report === undefined) throw new Error('nothing was cleaned')
      const { user, system } = process.cpuUsage(cpu)
      rows.push({
        'batch KiB': batchBytes / 1024,
        keys,
        'MB before': Math.round(report.bytesBefore / 1e6),
        'MB after': Math.round(report.bytesAfter / 1e6),
        'MB/s': Math.round(report.bytesBefore / 1e3 / report.durationMs),
        'CPU s': Number(((user + system) / 1e6).toFixed(2)),
        'longest wait for a timer ms': Number(longestMs.toFixed(1)),
      })
    } finally {
      await directory.close()
      rmSync(path, { recursive: true, force: true })
    }
  }
}
console.table(rows)
