import type { SeededRandom } from '../seeded-random.ts'
import { GrowableBytes } from './growable-bytes.ts'

/** What a device writes whole or not at all. */
const SECTOR_BYTES = 512

type Change =
  | { readonly kind: 'write'; readonly sequence: number; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly sequence: number; readonly size: number }

/** What a crash leaves of the changes that were not synced: a seeded mix (the default), none of them, or all. */
export type Survival = 'mixed' | 'none' | 'all'

/**
 * The content of one file: what reads see (the page cache) and what the medium holds. A change is on the medium only once a
 * sync that began after it has succeeded; a crash keeps, loses or tears every other change on its own.
 */
export class FileContent {
  #cached = new GrowableBytes()
  #durable = new GrowableBytes()
  #unsynced: Change[] = []
  #sequence = 0

  get size(): number {
    return this.#cached.size
  }

  read(target: Uint8Array, position: number): number {
    return this.#cached.read(target, position)
  }

  /** Keeps `bytes`: the caller hands them over. */
  write(position: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#change({ kind: 'write', sequence: this.#sequence++, position, bytes })
  }

  truncate(size: number): void {
    this.#change({ kind: 'truncate', sequence: this.#sequence++, size })
  }

  /** Marks the start of a sync; only the changes before it are covered. */
  markSync(): number {
    return this.#sequence
  }

  /** The sync that began at `mark` succeeded. */
  commit(mark: number): void {
    for (const change of this.#takeUnsynced(mark)) apply(change, this.#durable)
  }

  /**
   * The sync that began at `mark` failed. The system then takes the pages for clean, so that no later sync writes them:
   * reads may still show them, or the old content of the medium again; after a crash they are gone.
   */
  discard(mark: number, random: SeededRandom): void {
    this.#takeUnsynced(mark)
    if (random.chance(0.5)) this.#reload()
  }

  /** Loses power: afterwards content and medium agree. */
  crash(random: SeededRandom, survival: Survival): void {
    if (survival !== 'none') {
      for (const change of this.#unsynced) {
        if (survival === 'all') apply(change, this.#durable)
        else applyPart(change, this.#durable, random)
      }
    }
    this.#unsynced = []
    this.#reload()
  }

  /** The medium rots; every copy shows it. */
  flipBit(position: number, bit: number): void {
    this.#durable.flipBit(position, bit)
    this.#cached.flipBit(position, bit)
    for (const change of this.#unsynced) {
      if (change.kind !== 'write') continue
      const byte = change.bytes[position - change.position]
      if (byte !== undefined) change.bytes[position - change.position] = byte ^ (1 << bit)
    }
  }

  #change(change: Change): void {
    this.#unsynced.push(change)
    apply(change, this.#cached)
  }

  #takeUnsynced(mark: number): Change[] {
    const covered = this.#unsynced.filter((change) => change.sequence < mark)
    this.#unsynced = this.#unsynced.filter((change) => change.sequence >= mark)
    return covered
  }

  #reload(): void {
    this.#cached = this.#durable.copy()
    for (const change of this.#unsynced) apply(change, this.#cached)
  }
}

function apply(change: Change, target: GrowableBytes): void {
  if (change.kind === 'write') target.write(change.position, change.bytes)
  else target.truncate(change.size)
}

/** What of one change reached the medium: all, nothing, some sectors, a first part, or the new size without the bytes. */
function applyPart(change: Change, target: GrowableBytes, random: SeededRandom): void {
  const fate = random.float()
  if (fate < 0.4) {
    apply(change, target)
  } else if (change.kind === 'write' && fate >= 0.6) {
    const { position, bytes } = change
    if (fate < 0.75) target.write(position, bytes.subarray(0, random.below(bytes.length + 1)))
    else if (fate < 0.9) applySectors(position, bytes, { target, random })
    else target.growTo(position + bytes.length)
  }
}

function applySectors(
  position: number,
  bytes: Uint8Array,
  options: { readonly target: GrowableBytes; readonly random: SeededRandom },
): void {
  const { target, random } = options
  const end = position + bytes.length
  for (let start = position; start < end; ) {
    const sectorEnd = Math.min((Math.floor(start / SECTOR_BYTES) + 1) * SECTOR_BYTES, end)
    if (random.chance(0.5)) target.write(start, bytes.subarray(start - position, sectorEnd - position))
    start = sectorEnd
  }
}
