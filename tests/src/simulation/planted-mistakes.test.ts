import type { Disk, DiskFile, OpenMode } from '@kafka-ts/io'
import { Log } from '@kafka-ts/storage'
import { afterEach, describe, expect, it } from 'vitest'
import { DiskWrapper, FileWrapper } from './disk-wrapper.ts'
import { runSeeds } from './run-seeds.ts'

/** Syncs that succeed without making anything durable: what an ack before fsync comes to. */
class ForgetfulDisk extends DiskWrapper {
  override openSync(path: string, mode: OpenMode): DiskFile {
    return new ForgetfulFile(this.inner.openSync(path, mode))
  }
}

class ForgetfulFile extends FileWrapper {
  override async sync(): Promise<void> {}

  override syncSync(): void {}
}

/** Log files that cannot be cut: what a recovery that keeps a torn tail leaves behind. */
class UncuttableDisk extends DiskWrapper {
  override openSync(path: string, mode: OpenMode): DiskFile {
    const file = this.inner.openSync(path, mode)
    return path.endsWith('.log') && !path.includes('/metadata/') ? new UncuttableFile(file) : file
  }
}

class UncuttableFile extends FileWrapper {
  override truncateSync(): void {}
}

/** Index files that show what they held when they were first read, whatever is written to them: what an index that is not rebuilt comes to. */
class StaleIndexDisk extends DiskWrapper {
  override openSync(path: string, mode: OpenMode): DiskFile {
    const file = this.inner.openSync(path, mode)
    return path.endsWith('.index') ? new StaleIndexFile(file) : file
  }
}

/** One entry too many hides at the front: positions are those of another life of the segment. */
class StaleIndexFile extends FileWrapper {
  override readSync(target: Uint8Array, position: number): number {
    return shiftPositions(target, super.readSync(target, position))
  }

  override async read(target: Uint8Array, position: number): Promise<number> {
    return shiftPositions(target, await super.read(target, position))
  }
}

/** Every entry gets the position of the one behind it, as after a cut and other appends. */
function shiftPositions(target: Uint8Array, length: number): number {
  const entries = Buffer.from(target.buffer, target.byteOffset, length)
  for (let at = 0; at + 16 <= length; at += 8) entries.writeUInt32BE(entries.readUInt32BE(at + 12), at + 4)
  return length
}

interface Mistake {
  readonly name: string
  /** Seeds within which it must be found. */
  readonly budget: number
  readonly wrapDisk: (disk: Disk) => Disk
}

const MISTAKES: readonly Mistake[] = [
  { name: 'an ack before fsync', budget: 10, wrapDisk: (disk) => new ForgetfulDisk(disk) },
  { name: 'a torn tail that is kept', budget: 20, wrapDisk: (disk) => new UncuttableDisk(disk) },
  { name: 'an index that is not rebuilt', budget: 20, wrapDisk: (disk) => new StaleIndexDisk(disk) },
]

describe('a mistake that is planted', () => {
  it.each(MISTAKES)('$name is found within $budget seeds', async ({ budget, wrapDisk }) => {
    const { failures } = await runSeeds({ from: 1, count: budget, wrapDisk, stopAtFirst: true })
    expect(failures).toHaveLength(1)
    expect(failures[0]?.text).toMatch(/^ {2}I\d+ |liveness/m)
  })

  describe('in the log itself', () => {
    const honest = Object.getOwnPropertyDescriptor(Log.prototype, 'durableOffset') as PropertyDescriptor

    afterEach(() => {
      Object.defineProperty(Log.prototype, 'durableOffset', honest)
    })

    it('a high watermark above the synced end is found within 20 seeds', async () => {
      Object.defineProperty(Log.prototype, 'durableOffset', {
        configurable: true,
        get(this: Log) {
          return this.writtenOffset
        },
      })
      const { failures } = await runSeeds({ from: 1, count: 20, stopAtFirst: true })
      expect(failures).toHaveLength(1)
      expect(failures[0]?.text).toMatch(/^ {2}(I1|I4|I14) /m)
    })
  })
})
