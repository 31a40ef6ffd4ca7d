import type { Disk, DiskFile, OpenMode } from '@kafka-ts/io'
import { BATCH_HEADER_BYTES, batchBytesOf, batchCrc, crc32c, crcOf, sealBatch } from '@kafka-ts/protocol/records'
import { Log } from '@kafka-ts/storage'
import { afterEach, describe, expect, it } from 'vitest'
import { DiskWrapper, FileWrapper } from './disk-wrapper.ts'
import type { PlanOverrides } from './plan.ts'
import { runSeeds } from './run-seeds.ts'

/** Syncs of the journal and of segments that succeed without making anything durable: what an ack before fsync comes to. */
class ForgetfulDisk extends DiskWrapper {
  override openSync(path: string, mode: OpenMode): DiskFile {
    const file = this.inner.openSync(path, mode)
    return isRecords(path) || path.endsWith('.wal') ? new ForgetfulFile(file) : file
  }
}

class ForgetfulFile extends FileWrapper {
  override async sync(): Promise<void> {}

  override syncSync(): void {}
}

/** Gives torn batches, as each process finds them, a checksum that fits: what a recovery that keeps a torn tail comes to. */
class ForgivingDisk extends DiskWrapper {
  readonly #mended = new Set<string>()

  override openSync(path: string, mode: OpenMode): DiskFile {
    const file = this.inner.openSync(path, mode)
    if (isRecords(path) && mode !== 'read' && !this.#mended.has(path)) sealEveryBatch(file)
    this.#mended.add(path)
    return file
  }
}

function sealEveryBatch(file: DiskFile): void {
  const bytes = new Uint8Array(file.sizeSync())
  file.readSync(bytes, 0)
  for (let at = 0; at + BATCH_HEADER_BYTES <= bytes.length; at += batchBytesOf(bytes, at)) {
    const end = at + batchBytesOf(bytes, at)
    if (end <= at + BATCH_HEADER_BYTES || end > bytes.length) return
    const batch = bytes.subarray(at, end)
    if (batchCrc(batch, 0) === crcOf(batch, 0)) continue
    sealBatch(batch, 0)
    file.writeSync([batch], at)
  }
}

/** Offset indexes that name too low an offset for every position, as if they were left from another life of their segment. */
class StaleIndexDisk extends DiskWrapper {
  override openSync(path: string, mode: OpenMode): DiskFile {
    const file = this.inner.openSync(path, mode)
    return path.endsWith('.index') ? new StaleIndexFile(file) : file
  }
}

class StaleIndexFile extends FileWrapper {
  override readSync(target: Uint8Array, position: number): number {
    return lowerOffsets(target, super.readSync(target, position))
  }

  override async read(target: Uint8Array, position: number): Promise<number> {
    return lowerOffsets(target, await super.read(target, position))
  }
}

function lowerOffsets(target: Uint8Array, length: number): number {
  const entries = Buffer.from(target.buffer, target.byteOffset, length)
  const least = length >= INDEX_ENTRY_BYTES ? entries.readUInt32BE(0) : 0
  for (let at = 0; at + INDEX_ENTRY_BYTES <= length; at += INDEX_ENTRY_BYTES) entries.writeUInt32BE(entries.readUInt32BE(at) - least, at)
  return length
}

/** Gives damaged snapshots of producers a checksum that fits: what it comes to not to look at it. */
class CredulousDisk extends DiskWrapper {
  override openSync(path: string, mode: OpenMode): DiskFile {
    const file = this.inner.openSync(path, mode)
    return path.endsWith('.snapshot') && mode === 'read' ? new CredulousFile(file) : file
  }
}

class CredulousFile extends FileWrapper {
  override readSync(target: Uint8Array, position: number): number {
    const length = super.readSync(target, position)
    const snapshot = Buffer.from(target.buffer, target.byteOffset, length)
    if (length >= SNAPSHOT_BODY_AT) snapshot.writeUInt32BE(crc32c(snapshot, SNAPSHOT_BODY_AT, length), SNAPSHOT_CRC_AT)
    return length
  }
}

function isRecords(path: string): boolean {
  return path.endsWith('.log') && !path.includes('/metadata/')
}

/** A relative offset and a position. */
const INDEX_ENTRY_BYTES = 8
/** Of a snapshot: its checksum, and what that is of. */
const SNAPSHOT_CRC_AT = 2
const SNAPSHOT_BODY_AT = 6

/** A mistake that hides well takes as many seeds as its budget. */
const TIMEOUT_MS = 200_000

/** Of those that rot few have a bit turned that tells. */
const LOST_SNAPSHOTS = Array.from({ length: 12 }, () => 'lost-snapshot' as const)
/** The power fails while a sync is slow: what a high watermark above the synced end needs, and a mix of all faults has too seldom. */
const SLOW_SYNCS_AND_POWER_LOSS = Array.from({ length: 8 }, () => ['slow-disk', 'power-loss'] as const).flat()
/** A producer gives up a request, and the broker gets it when the producer has gone on: what an epoch that is not shut out needs. */
const LATE_AND_GIVEN_UP = Array.from({ length: 8 }, () => ['late-requests', 'one-way-block'] as const).flat()

interface Mistake {
  readonly name: string
  /** Seeds within which it must be found. */
  readonly budget: number
  /** Where a mix of all faults strikes too seldom what tells. */
  readonly overrides?: PlanOverrides
  readonly wrapDisk: (disk: Disk) => Disk
}

const MISTAKES: readonly Mistake[] = [
  { name: 'an ack before fsync', budget: 10, wrapDisk: (disk) => new ForgetfulDisk(disk) },
  {
    name: 'a torn tail that is kept',
    budget: 60,
    // What the journal has is put back over it, so only a topic without it can tell.
    overrides: { faults: ['power-loss'], hasPageTopic: true },
    wrapDisk: (disk) => new ForgivingDisk(disk),
  },
  { name: 'an index that is not rebuilt', budget: 20, wrapDisk: (disk) => new StaleIndexDisk(disk) },
  {
    name: 'a snapshot whose checksum is ignored',
    budget: 200,
    overrides: { faults: LOST_SNAPSHOTS },
    wrapDisk: (disk) => new CredulousDisk(disk),
  },
]

describe('a mistake that is planted', { timeout: TIMEOUT_MS }, () => {
  it.each(MISTAKES)('$name is found within $budget seeds', async ({ budget, wrapDisk, overrides }) => {
    const { failures } = await runSeeds({ from: 1, count: budget, wrapDisk, ...overrides, stopAtFirst: true })
    expect(failures).toHaveLength(1)
    expect(failures[0]?.text).toMatch(/^ {2}I\d+ |liveness/m)
  })

  describe('in the log itself', () => {
    const durableOffset = Object.getOwnPropertyDescriptor(Log.prototype, 'durableOffset') as PropertyDescriptor
    const checkSequences = Object.getOwnPropertyDescriptor(Log.prototype, 'checkSequences') as PropertyDescriptor

    afterEach(() => {
      Object.defineProperties(Log.prototype, { durableOffset, checkSequences })
    })

    it('a high watermark above the synced end is found within 60 seeds', async () => {
      Object.defineProperty(Log.prototype, 'durableOffset', {
        configurable: true,
        get(this: Log) {
          return this.writtenOffset
        },
      })
      const { failures } = await runSeeds({ from: 1, count: 60, stopAtFirst: true, faults: SLOW_SYNCS_AND_POWER_LOSS })
      expect(failures).toHaveLength(1)
      expect(failures[0]?.text).toMatch(/^ {2}(I1|I4|I5|I14) /m)
    })

    it('a batch sent again that is never taken for one is found within 10 seeds', async () => {
      Object.defineProperty(Log.prototype, 'checkSequences', { configurable: true, value: () => undefined })
      const { failures } = await runSeeds({ from: 1, count: 10, stopAtFirst: true })
      expect(failures).toHaveLength(1)
      expect(failures[0]?.text).toMatch(/^ {2}I3 /m)
    })

    it('an old epoch of a producer that is not shut out is found within 200 seeds', async () => {
      const honest = checkSequences.value as Log['checkSequences']
      Log.prototype.checkSequences = function (this: Log, batches) {
        const verdict = honest.call(this, batches)
        return verdict !== undefined && 'code' in verdict && verdict.code === 'INVALID_PRODUCER_EPOCH' ? undefined : verdict
      }
      const { failures } = await runSeeds({ from: 1, count: 200, stopAtFirst: true, faults: LATE_AND_GIVEN_UP })
      expect(failures).toHaveLength(1)
      expect(failures[0]?.text).toMatch(/^ {2}I3 /m)
    })
  })
})
