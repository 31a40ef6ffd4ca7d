import { join } from 'node:path'
import type { Disk } from '@kafka-ts/io'
import { decodeProducerSnapshot, encodeProducerSnapshot, type ProducerSnapshot } from './producer-snapshot.ts'

const SNAPSHOT_FILE = /^(\d{20})\.snapshot$/

/** The offset in the name of a snapshot file; undefined for any other name. */
export function parseSnapshotFileName(name: string): number | undefined {
  const digits = SNAPSHOT_FILE.exec(name)?.[1]
  return digits !== undefined && Number.isSafeInteger(Number(digits)) ? Number(digits) : undefined
}

interface PendingSnapshot {
  readonly offset: number
  readonly bytes: Uint8Array
}

/**
 * The snapshot files of one log: `<offset>.snapshot` is what was known of its producers when it ended at that offset. Kept are those at the start
 * of a segment, for logs that are cut, and the newest one.
 */
export class ProducerSnapshots {
  readonly #disk: Disk
  readonly #directory: string
  /** Of the files, rising. */
  #offsets: number[]
  /** Taken and not written yet, rising. */
  #pending: PendingSnapshot[] = []

  constructor(disk: Disk, options: { readonly directory: string; readonly offsets: readonly number[] }) {
    this.#disk = disk
    this.#directory = options.directory
    this.#offsets = [...options.offsets].sort((one, other) => one - other)
  }

  get hasPending(): boolean {
    return this.#pending.length > 0
  }

  /** Of the newest, taken or written; -1 without one. */
  get newestOffset(): number {
    return this.#pending.at(-1)?.offset ?? this.#offsets.at(-1) ?? -1
  }

  /** Of the newest that is written; -1 without one. */
  get newestWrittenOffset(): number {
    return this.#offsets.at(-1) ?? -1
  }

  /** Takes the snapshot of `offset`, to be written once everything below it is durable. */
  take(offset: number, snapshot: ProducerSnapshot): void {
    if (offset <= this.newestOffset) return
    this.#pending.push({ offset, bytes: encodeProducerSnapshot(snapshot) })
  }

  /**
   * Writes what was taken up to `offset` and syncs it, then removes what it makes superfluous; `segmentOffsets` are those to keep. True when
   * there are names that may not be durable yet. Rejects with `DiskError`.
   */
  async write(offset: number, segmentOffsets: ReadonlySet<number>): Promise<boolean> {
    const due = this.#pending.filter((pending) => pending.offset <= offset)
    for (const pending of due) {
      await this.#writeFile(pending)
      // Meanwhile the log may have been cut below it.
      const index = this.#pending.indexOf(pending)
      if (index === -1) continue
      this.#pending.splice(index, 1)
      this.#offsets.push(pending.offset)
    }
    this.#removeAll(this.#offsets.filter((each, index) => index < this.#offsets.length - 1 && !segmentOffsets.has(each)))
    return due.length > 0
  }

  /** The newest snapshot at or below `offset`. Those that cannot be read go. Throws `DiskError`. */
  newestAtOrBelow(offset: number): { readonly offset: number; readonly snapshot: ProducerSnapshot } | undefined {
    for (const each of this.#offsets.toReversed()) {
      if (each > offset) continue
      const snapshot = this.#read(each)
      if (snapshot !== undefined) return { offset: each, snapshot }
      this.#removeAll([each])
    }
    return undefined
  }

  /** The log ends at `offset` now: those above it tell of what is gone. True when there was one. Throws `DiskError`. */
  discardAbove(offset: number): boolean {
    this.#pending = this.#pending.filter((pending) => pending.offset <= offset)
    const above = this.#offsets.filter((each) => each > offset)
    this.#removeAll(above)
    return above.length > 0
  }

  /** The log begins at `offset` now; the newest one stays. Throws `DiskError`. */
  discardBelow(offset: number): void {
    const newest = this.newestOffset
    this.#removeAll(this.#offsets.filter((each) => each < offset && each !== newest))
  }

  #removeAll(offsets: readonly number[]): void {
    for (const offset of offsets) this.#disk.removeSync(this.#pathOf(offset))
    this.#offsets = this.#offsets.filter((each) => !offsets.includes(each))
  }

  #pathOf(offset: number): string {
    return join(this.#directory, `${String(offset).padStart(20, '0')}.snapshot`)
  }

  /** Not beside it and renamed: what a crash leaves of it fails its CRC, and an older one is used. */
  async #writeFile({ offset, bytes }: PendingSnapshot): Promise<void> {
    const file = this.#disk.openSync(this.#pathOf(offset), 'create')
    try {
      file.truncateSync(0)
      file.writeSync([bytes], 0)
      await file.sync()
    } finally {
      file.closeSync()
    }
  }

  #read(offset: number): ProducerSnapshot | undefined {
    const path = this.#pathOf(offset)
    if (this.#disk.statSync(path) === undefined) return undefined
    const file = this.#disk.openSync(path, 'read')
    try {
      const bytes = new Uint8Array(file.sizeSync())
      const count = file.readSync(bytes, 0)
      return decodeProducerSnapshot(bytes.subarray(0, count))
    } finally {
      file.closeSync()
    }
  }
}
