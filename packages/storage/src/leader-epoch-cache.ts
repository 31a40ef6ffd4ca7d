import type { Disk } from '@kafka-ts/io'
import { readTextFileSync, writeFileAtomically } from './atomic-file.ts'
import { formatCheckpoint, parseCheckpoint } from './checkpoint-file.ts'

/** The offset at which the records of a leader epoch begin. */
export interface EpochEntry {
  readonly epoch: number
  readonly startOffset: number
}

/** The leader epochs of one log that have records, both fields rising (KIP-101). An epoch ends where the next one starts. */
export class LeaderEpochCache {
  #entries: EpochEntry[] = []
  #isDirty = false

  get entries(): readonly EpochEntry[] {
    return this.#entries
  }

  /** The last epoch with records, -1 without one. */
  get latestEpoch(): number {
    return this.#entries.at(-1)?.epoch ?? -1
  }

  /** Whether the file does not have all of this yet. */
  get isDirty(): boolean {
    return this.#isDirty
  }

  /** Notes that records of `epoch` begin at `startOffset`, unless that epoch (or a later one) is known. */
  assign(epoch: number, startOffset: number): void {
    if (epoch <= this.latestEpoch) return
    this.truncateFromEnd(startOffset)
    this.#entries.push({ epoch, startOffset })
    this.#isDirty = true
  }

  /**
   * The largest epoch at or below `epoch` and the offset behind its last record, as OffsetsForLeaderEpoch answers;
   * undefined when every record is of a later epoch, or there is none.
   */
  endOffsetFor(epoch: number, logEndOffset: number): { readonly epoch: number; readonly endOffset: number } | undefined {
    for (let index = this.#entries.length - 1; index >= 0; index--) {
      const entry = this.#entries[index]!
      if (entry.epoch <= epoch) return { epoch: entry.epoch, endOffset: this.#entries[index + 1]?.startOffset ?? logEndOffset }
    }
    return undefined
  }

  /** Forgets the epochs that begin at or above `offset`: their records were cut off. */
  truncateFromEnd(offset: number): void {
    const kept = this.#entries.filter((entry) => entry.startOffset < offset)
    if (kept.length !== this.#entries.length) this.#replace(kept)
  }

  /** Forgets the epochs that end at or below `offset`; the one that spans it begins there from now on. */
  truncateFromStart(offset: number): void {
    const firstKept = this.#entries.findLastIndex((entry) => entry.startOffset <= offset)
    const spanning = this.#entries[firstKept]
    if (spanning === undefined || (firstKept === 0 && spanning.startOffset === offset)) return
    this.#replace([{ epoch: spanning.epoch, startOffset: offset }, ...this.#entries.slice(firstKept + 1)])
  }

  /** Writes the file when something changed since; durable when it resolves. */
  async save(disk: Disk, path: string): Promise<void> {
    if (!this.#isDirty) return
    this.#isDirty = false
    try {
      await writeFileAtomically(disk, path, formatCheckpoint(this.#entries.map((entry) => `${entry.epoch} ${entry.startOffset}`)))
    } catch (error) {
      this.#isDirty = true
      throw error
    }
  }

  /** Takes over what the file says. False when it is missing or damaged: the log must be read to know its epochs. */
  loadSync(disk: Disk, path: string): boolean {
    const text = readTextFileSync(disk, path)
    const rows = text === undefined ? undefined : parseCheckpoint(text)
    if (rows === undefined) return false
    const entries = rows.map(([epoch, startOffset]) => ({ epoch: Number(epoch), startOffset: Number(startOffset) }))
    const isRising = entries.every(
      ({ epoch, startOffset }, index) =>
        Number.isSafeInteger(epoch) &&
        Number.isSafeInteger(startOffset) &&
        (index === 0 || (epoch > entries[index - 1]!.epoch && startOffset > entries[index - 1]!.startOffset)),
    )
    if (!isRising) return false
    this.#entries = entries
    this.#isDirty = false
    return true
  }

  #replace(entries: EpochEntry[]): void {
    this.#entries = entries
    this.#isDirty = true
  }
}
