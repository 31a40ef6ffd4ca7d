import { DiskError } from '@kafka-ts/io'
import { describe, expect, it } from 'vitest'
import type { Log } from './log.ts'
import type { LogConfig } from './log-config.ts'
import type { LogDirectory } from './log-directory.ts'
import type { LogDamage } from './log-listener.ts'
import { rollAfterMs } from './segment-jitter.ts'
import { StorageError } from './storage-error.ts'
import { readAll } from './testing-support/log-model.ts'
import { batchOf, checked, DATA_PATH, type RigOptions, StorageRig, testId } from './testing-support/storage-rig.ts'

const START_MS = Date.UTC(2024, 0, 1)
const DIRECTORY = `${DATA_PATH}/orders-0`

interface Opened {
  readonly rig: StorageRig
  readonly directory: LogDirectory
  readonly log: Log
}

async function openLog(config: Partial<LogConfig> = {}, options: RigOptions = {}): Promise<Opened> {
  const rig = new StorageRig({ ...options, config })
  const directory = await rig.settle(rig.open())
  return { rig, directory, log: directory.createLog(testId('orders'), rig.config) }
}

/** One batch of one record for each timestamp, each in a tick of its own. */
async function appendAt(opened: Opened, timestamps: readonly number[], bytes = 10): Promise<void> {
  for (const timestamp of timestamps) {
    opened.log.append(checked(batchOf(['v'.repeat(bytes)], timestamp)))
    await opened.rig.scheduler.run(() => opened.log.durableOffset === opened.log.logEndOffset)
  }
}

function logFiles({ rig }: Opened): string[] {
  return rig.disk.listSync(DIRECTORY).filter((name) => name.includes('.log'))
}

describe('rolling', () => {
  it('begins a segment when a record is further in time from the first than segment.ms', async () => {
    const opened = await openLog({ segmentMs: 1000 })
    await appendAt(opened, [START_MS, START_MS + 1000, START_MS + 1001, START_MS + 1500])
    expect(logFiles(opened)).toEqual(['00000000000000000000.log', '00000000000000000002.log'])
  })

  it('begins it earlier by a share of segment.jitter.ms', async () => {
    const config = { segmentMs: 1000, segmentJitterMs: 600 }
    const afterMs = rollAfterMs(config, testId('orders'), 0)
    expect(afterMs).toBeLessThan(1000)
    const opened = await openLog(config)
    await appendAt(opened, [START_MS, START_MS + afterMs, START_MS + afterMs + 1])
    expect(logFiles(opened)).toEqual(['00000000000000000000.log', '00000000000000000002.log'])
  })

  it('goes by the clock where records have no timestamp', async () => {
    const opened = await openLog({ segmentMs: 1000 })
    await appendAt(opened, [-1, -1])
    await opened.rig.scheduler.runFor(2000)
    await appendAt(opened, [-1])
    expect(opened.log.segmentCount()).toBe(2)
  })

  it('never lets a segment grow over segment.bytes, and never splits a batch', async () => {
    const opened = await openLog({ segmentBytes: 300 })
    await appendAt(opened, [1, 2, 3, 4, 5, 6], 50)
    await appendAt(opened, [7], 1000)
    for (const name of logFiles(opened)) {
      const size = opened.rig.disk.statSync(`${DIRECTORY}/${name}`)?.size ?? 0
      expect(size <= 300 || name === '00000000000000000006.log').toBe(true)
    }
    expect((await opened.rig.settle(readAll(opened.log))).length).toBe(7)
  })
})

describe('retention', () => {
  it('by age follows the timestamps of the records, so old event times go at once', async () => {
    const opened = await openLog({ segmentBytes: 200, retentionMs: 7 * 24 * 3600 * 1000 })
    const dayMs = 24 * 3600 * 1000
    await appendAt(opened, [START_MS - 30 * dayMs, START_MS - 8 * dayMs, START_MS - 6 * dayMs, START_MS], 60)
    expect(opened.log.segmentCount()).toBe(4)
    expect(await opened.rig.settle(opened.log.applyRetention(START_MS))).toBeGreaterThan(0)
    expect(opened.log.logStartOffset).toBe(2)
    expect(opened.log.segmentCount()).toBe(2)
  })

  it('by age goes by the file where records have no timestamp', async () => {
    const opened = await openLog({ segmentBytes: 200, retentionMs: 5000 })
    await appendAt(opened, [-1, -1], 60)
    const nowMs = opened.rig.clock.now()
    expect(await opened.rig.settle(opened.log.applyRetention(nowMs))).toBe(0)
    expect(await opened.rig.settle(opened.log.applyRetention(nowMs + 10_000))).toBeGreaterThan(0)
  })

  it('removes the last segment, too, when all of it is old, and the log goes on at its end', async () => {
    const opened = await openLog({ retentionMs: 1000 })
    await appendAt(opened, [START_MS - 5000, START_MS - 4000])
    await opened.rig.settle(opened.log.applyRetention(START_MS))
    expect(opened.log.logStartOffset).toBe(2)
    expect(opened.log.logEndOffset).toBe(2)
    await appendAt(opened, [START_MS])
    expect((await opened.rig.settle(readAll(opened.log))).map((batch) => batch.baseOffset)).toEqual([2])
  })

  it('by size keeps at least retention.bytes', async () => {
    const opened = await openLog({ segmentBytes: 200, retentionBytes: 400 })
    await appendAt(opened, [1, 2, 3, 4, 5, 6], 60)
    await opened.rig.settle(opened.log.applyRetention(START_MS))
    expect(opened.log.sizeBytes()).toBeGreaterThanOrEqual(400)
    expect(opened.log.logStartOffset).toBeGreaterThan(0)
    expect(() => opened.log.read({ offset: 0, maxBytes: 1, limitOffset: 6, atLeastOne: true })).toThrow(StorageError)
  })

  it('of a segment that the disk cannot read concerns that log alone', async () => {
    const opened = await openLog({ segmentBytes: 200, retentionMs: 1000 })
    const { rig, directory } = opened
    await appendAt(opened, [START_MS - 9000, START_MS - 8000, START_MS], 60)
    await rig.settle(directory.close())
    const reopened = await rig.settle(rig.open({ configFor: () => opened.log.config }))
    const log = reopened.log(opened.log.id.topicId, 0)!
    rig.disk.faults.add({ operation: 'read', path: /0\.(time)?index$|0\.log$/, times: 1 })
    await expect(rig.settle(log.applyRetention(START_MS))).rejects.toBeInstanceOf(DiskError)
    expect(reopened.isOnline).toBe(true)
    expect(await rig.settle(log.applyRetention(START_MS))).toBeGreaterThan(0)
    expect(log.logStartOffset).toBe(2)
  })

  it('leaves the files under another name for file.delete.delay.ms', async () => {
    const opened = await openLog({ segmentBytes: 200, retentionBytes: 0, fileDeleteDelayMs: 3000 })
    await appendAt(opened, [1, 2, 3], 60)
    await opened.rig.settle(opened.log.applyRetention(START_MS))
    expect(logFiles(opened)).toContain('00000000000000000000.log.deleted')
    await opened.rig.scheduler.runFor(3100)
    expect(logFiles(opened)).toEqual(['00000000000000000003.log'])
  })
})

describe('a lookup by timestamp', () => {
  it('finds the first record at or after it, and the first with the largest, as a linear scan does', async () => {
    const timestamps = [50, 20, 90, 30, 90, 10, 120, 110, 60, 200, 5].map((ms) => START_MS + ms)
    for (const tailCacheBytes of [0, 1_000_000]) {
      const opened = await openLog({ segmentBytes: 350, indexIntervalBytes: 80 }, { directory: { tailCacheBytes } })
      await appendAt(opened, timestamps, 40)
      for (let wanted = START_MS; wanted < START_MS + 210; wanted += 5) {
        for (const limit of [4, 8, timestamps.length]) {
          const found = await opened.rig.settle(opened.log.findOffsetByTimestamp(wanted, limit))
          const offset = timestamps.slice(0, limit).findIndex((timestamp) => timestamp >= wanted)
          expect(found).toEqual(offset < 0 ? undefined : { timestamp: timestamps[offset], offset })
        }
      }
      for (const limit of [1, 5, timestamps.length]) {
        const largest = Math.max(...timestamps.slice(0, limit))
        const found = await opened.rig.settle(opened.log.findMaxTimestamp(limit))
        expect(found).toEqual({ timestamp: largest, offset: timestamps.indexOf(largest) })
      }
    }
  })
})

describe('index files', () => {
  it.each(['index', 'timeindex', 'headers'])('that are missing, cut or damaged (.%s) never make a read wrong', async (extension) => {
    const opened = await openLog({ segmentBytes: 1200, indexIntervalBytes: 100 })
    await appendAt(
      opened,
      Array.from({ length: 40 }, (_, index) => START_MS + index),
      60,
    )
    const intact = await opened.rig.settle(readAll(opened.log))
    await opened.rig.settle(opened.directory.close())
    const { rig } = opened
    const path = `${DIRECTORY}/00000000000000000000.${extension}`
    const size = rig.disk.statSync(path)?.size ?? 0
    expect(size).toBeGreaterThan(0)
    const damages: (() => void)[] = [
      () => rig.disk.removeSync(path),
      () => rig.disk.openSync(path, 'readWrite').truncateSync(0),
      () => rig.disk.openSync(path, 'readWrite').truncateSync(size - 3),
      () => rig.disk.openSync(path, 'readWrite').truncateSync(8),
      ...Array.from({ length: size }, (_, byte) => () => rig.disk.flipBit(path, byte, byte % 8)),
    ]
    for (const damage of damages) {
      const before = rig.disk.openSync(path, 'readWrite')
      const bytes = new Uint8Array(size)
      before.readSync(bytes, 0)
      damage()
      const directory = await rig.settle(rig.open())
      const log = directory.log(testId('orders').topicId, 0)!
      expect(log.damage).toBeUndefined()
      for (const batch of intact) {
        try {
          const slice = await rig.settle(log.read({ offset: batch.baseOffset, maxBytes: 1, limitOffset: 40, atLeastOne: true }))
          expect(Buffer.concat(slice.buffers).toString('latin1')).toBe(batch.bytes)
        } catch (error) {
          // A checksum that does not match may be the checksum's fault; what must not happen is a wrong answer.
          expect(extension).toBe('headers')
          expect(error).toMatchObject({ code: 'CORRUPT' })
        }
      }
      await rig.settle(directory.close())
      const after = rig.disk.openSync(path, 'create')
      after.truncateSync(0)
      after.writeSync([bytes], 0)
    }
  })
})

describe('damage that a read comes upon', () => {
  it('is told to the listener with file, position and offsets, and not served', async () => {
    const opened = await openLog({ segmentBytes: 1200, indexIntervalBytes: 300 }, { directory: { tailCacheBytes: 0 } })
    await appendAt(
      opened,
      Array.from({ length: 40 }, (_, index) => START_MS + index),
      60,
    )
    const { rig, log } = opened
    const [, name, following] = logFiles(opened) as [string, string, string]
    const file = `${DIRECTORY}/${name}`
    const damages: LogDamage[] = []
    log.listener = { onDurable() {}, onAppendFailed() {}, onDamage: (_log, damage) => damages.push(damage) }
    const batchBytes = (await rig.settle(log.read({ offset: 0, maxBytes: 1, limitOffset: 40, atLeastOne: true }))).bytes
    for (let index = 0; index < 3; index++) {
      const offset = Number(name.slice(0, 20)) + index
      rig.disk.flipBit(file, index * batchBytes + 70, 1)
      const reading = rig.settle(log.read({ offset, maxBytes: 1, limitOffset: 40, atLeastOne: true }))
      await expect(reading).rejects.toMatchObject({ code: 'CORRUPT' })
      const damage = damages.at(-1)
      expect(damage).toMatchObject({ file, position: index * batchBytes, problem: 'the CRC does not match' })
      expect(damage?.fromOffset).toBeLessThanOrEqual(offset)
      expect(damage?.toOffset).toBeGreaterThan(offset)
      expect(damage?.toOffset).toBeLessThanOrEqual(Number(following.slice(0, 20)))
      rig.disk.flipBit(file, index * batchBytes + 70, 1)
    }
    expect(damages).toHaveLength(3)
  })
})

describe('open files', () => {
  it('stay below their limit whatever is read and written', async () => {
    const rig = new StorageRig({ directory: { maxOpenFiles: 4, tailCacheBytes: 0 } })
    const directory = await rig.settle(rig.open())
    const logs = Array.from({ length: 12 }, (_, partition) => directory.createLog(testId('orders', partition), rig.config))
    for (let round = 0; round < 3; round++) {
      for (const log of logs) log.append(checked(batchOf([`${round}`])))
      await rig.scheduler.run(() => logs.every((log) => log.durableOffset === log.logEndOffset))
    }
    for (const log of logs) expect((await rig.settle(readAll(log))).map((batch) => batch.baseOffset)).toEqual([0, 1, 2])
    await rig.settle(directory.close())
  })
})
