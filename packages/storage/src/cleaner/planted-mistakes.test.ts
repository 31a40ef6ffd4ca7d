import type { Clock, Disk, DiskFile } from '@kafka-ts/io'
import {
  attributesOf,
  BASE_TIMESTAMP_AT,
  BATCH_HEADER_BYTES,
  BATCH_LENGTH_AT,
  baseTimestampOf,
  DELETE_HORIZON_BIT,
  LOG_OVERHEAD,
  RecordWalker,
  sealBatch,
  writeInt32,
  writeInt64,
} from '@kafka-ts/protocol/records'
import { describe, expect, it, vi } from 'vitest'
import {
  CleaningRun,
  type CleaningRunOptions,
  countCleaningChanges,
  crashCleaningAt,
  DELETE_RETENTION_MS,
} from '../testing-support/cleaning-run.ts'
import { StorageRig } from '../testing-support/storage-rig.ts'
import { BatchFilter } from './batch-filter.ts'
import { RetainedRecords } from './retained-records.ts'

const TIMEOUT_MS = 120_000

describe('a mistake in the cleaner is found', () => {
  it('a swap without syncing the directory, by the crash test', { timeout: TIMEOUT_MS }, async () => {
    expect(await crashProblems({ wrapDisk: (disk) => withoutSwapSyncs(disk, () => true) })).not.toEqual([])
  })

  it('a swap that replaces segments before its own name is durable, by the crash test', { timeout: TIMEOUT_MS }, async () => {
    const isOffer = (names: readonly string[]): boolean => !names.some((name) => name.endsWith('.deleted'))
    expect(await crashProblems({ wrapDisk: (disk) => withoutSwapSyncs(disk, isOffer), config: { fileDeleteDelayMs: 0 } })).not.toEqual([])
  })

  it('a cleaned segment that is not synced, by the crash test', { timeout: TIMEOUT_MS }, async () => {
    expect(await crashProblems({ wrapDisk: (disk) => withFiles(disk, /\.log\.cleaned$/, withoutSync) })).not.toEqual([])
  })

  it('a tombstone that goes before its time, without any crash', async () => {
    const startMs = new StorageRig().clock.now()
    const fast = (clock: Clock): Clock => override(clock, { now: () => startMs + 3 * (clock.now() - startMs) })
    const problems = await problemsWith({ cleanerClock: fast })
    expect(problems.join('\n')).toContain('its delete horizon is not over')
  })

  it('a delete horizon that goes by the time of the file, which every cleaning writes anew, without any crash', async () => {
    const filter = BatchFilter.prototype.filter
    const spy = vi.spyOn(BatchFilter.prototype, 'filter')
    let rig: StorageRig | undefined
    spy.mockImplementation(async function (this: BatchFilter, batch) {
      const kept = await filter.call(this, batch)
      return kept === undefined ? undefined : withHorizon(kept, rig!.clock.now() + DELETE_RETENTION_MS)
    })
    const problems = await problemsWith({}, (run) => {
      rig = run.rig
    })
    spy.mockRestore()
    expect(problems.join('\n')).toMatch(/the tombstone of . at offset \d+ is still there/)
  })

  it('and what is right passes', async () => {
    expect(await problemsWith({})).toEqual([])
  })
})

async function problemsWith(options: CleaningRunOptions, onStart: (run: CleaningRun) => void = () => {}): Promise<readonly string[]> {
  const run = new CleaningRun({ seed: 1, ...options })
  onStart(run)
  await run.rig.settle(run.steps())
  await run.recover()
  return run.problems
}

/** Until the first crash that shows something. */
async function crashProblems(options: CleaningRunOptions): Promise<readonly string[]> {
  const changes = await countCleaningChanges({ seed: 1 })
  for (let n = 1; n <= changes; n++) {
    const { problems } = await crashCleaningAt({ n, when: 'after' }, { seed: n, ...options })
    if (problems.length > 0) return problems
  }
  return []
}

/** A disk that leaves out some of the directory syncs of a swap. */
function withoutSwapSyncs(disk: Disk, isLeftOut: (names: readonly string[]) => boolean): Disk {
  return override(disk, {
    syncDirectory: async (path: string) => {
      const names = disk.listSync(path)
      const isSwap = names.some((name) => name.endsWith('.swap') || name.endsWith('.deleted'))
      if (!isSwap || !isLeftOut(names)) await disk.syncDirectory(path)
    },
  })
}

function withFiles(disk: Disk, pattern: RegExp, wrap: (file: DiskFile) => DiskFile): Disk {
  return override(disk, {
    openSync: (path: string, mode: Parameters<Disk['openSync']>[1]) => {
      const file = disk.openSync(path, mode)
      return pattern.test(path) ? wrap(file) : file
    },
  })
}

function withoutSync(file: DiskFile): DiskFile {
  return override(file, { sync: async () => {} })
}

/** `batch` with another delete horizon, if it has one. */
function withHorizon(batch: Uint8Array, horizonMs: number): Uint8Array {
  if ((attributesOf(batch, 0) & DELETE_HORIZON_BIT) === 0) return batch
  const records = batch.subarray(BATCH_HEADER_BYTES)
  const retained = new RetainedRecords()
  retained.begin(records, baseTimestampOf(batch, 0))
  const walker = new RecordWalker()
  for (let at = 0; at < records.length; ) {
    const end = walker.walk(records, at, records.length)
    retained.add(at, end, { timestampDelta: walker.timestampDelta, isTombstone: false })
    at = end
  }
  const changed = Buffer.concat([batch.subarray(0, BATCH_HEADER_BYTES), retained.encode(horizonMs)])
  writeInt32(changed, BATCH_LENGTH_AT, changed.length - LOG_OVERHEAD)
  writeInt64(changed, BASE_TIMESTAMP_AT, horizonMs)
  sealBatch(changed, 0)
  return changed
}

function override<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(original, property) {
      const method = Reflect.get(methods, property) as unknown
      if (method !== undefined) return method
      const value = Reflect.get(original, property) as unknown
      return typeof value === 'function' ? value.bind(original) : value
    },
  })
}
