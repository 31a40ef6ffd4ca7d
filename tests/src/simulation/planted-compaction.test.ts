import type { Disk } from '@kafka-ts/io'
import { describe, expect, it } from 'vitest'
import { DiskWrapper } from './disk-wrapper.ts'
import { runSeeds } from './run-seeds.ts'

/** Leaves out the directory syncs of a swap of segments. */
class SwapUnsyncedDisk extends DiskWrapper {
  override async syncDirectory(path: string): Promise<void> {
    const isSwap = this.inner.listSync(path).some((name) => name.endsWith('.swap') || /\.\d+\.deleted$/.test(name))
    if (!isSwap) await super.syncDirectory(path)
  }
}

const POWER_LOSSES = Array.from({ length: 8 }, () => ['power-loss', 'end-at-change'] as const).flat()
const SEEDS = 40
const TIMEOUT_MS = 60_000 + SEEDS * 5000

describe('a mistake in the cleaner that is planted', () => {
  it(`a swap without syncing the directory is found within ${SEEDS} seeds`, { timeout: TIMEOUT_MS }, async () => {
    const wrapDisk = (disk: Disk): Disk => new SwapUnsyncedDisk(disk)
    const { failures } = await runSeeds({ from: 1, count: SEEDS, wrapDisk, faults: POWER_LOSSES, stopAtFirst: true })
    expect(failures).toHaveLength(1)
    expect(failures[0]?.text).toMatch(/^ {2}(compaction|liveness|run) /m)
  })
})
