/** One write of a key to a compacted partition. */
interface KeyWrite {
  /** undefined: a tombstone. */
  readonly id: string | undefined
  /** undefined while nobody knows whether, or where, it was written. */
  offset: number | undefined
  /** It may have been written at any time from here on: an answer that was lost comes long after. */
  readonly begunAtMs: number
  ackedAtMs: number
}

/** When a partition was read, from the start to the end. */
export interface ReadTime {
  readonly askedMs: number
  readonly endedMs: number
}

/** A record of a compacted partition as it was read. */
export interface SeenRecord {
  readonly offset: number
  readonly key: string
  /** undefined: a tombstone. */
  readonly id: string | undefined
}

export interface CompactedKeysOptions {
  readonly deleteRetentionMs: number
  /** The wall clock of the broker jumps, and tombstones go by it. */
  readonly hasClockJumps: boolean
  /** What is known of producers may be lost, and then a record may be there again. */
  readonly hasLostSnapshots: boolean
}

/**
 * What readers of a compacted partition must see of its keys, each written by one writer that waits for an outcome before it goes on: never
 * less than the last acknowledged write, never an older one in its place, and nothing that was gone before.
 */
export class CompactedKeys {
  readonly #options: CompactedKeysOptions
  readonly #writes = new Map<string, KeyWrite[]>()
  readonly #gone = new Set<number>()

  constructor(options: CompactedKeysOptions) {
    this.#options = options
  }

  /** A write begins; call what it returns once it is acknowledged. */
  write(key: string, id: string | undefined, begunAtMs: number): (offset: number, nowMs: number) => void {
    const write: KeyWrite = { id, offset: undefined, begunAtMs, ackedAtMs: Number.POSITIVE_INFINITY }
    const writes = this.#writes.get(key)
    if (writes === undefined) this.#writes.set(key, [write])
    else writes.push(write)
    return (offset, nowMs) => {
      write.offset = offset
      write.ackedAtMs = nowMs
    }
  }

  /** What is wrong with what was read. */
  problems(records: readonly SeenRecord[], time: ReadTime): string[] {
    const problems: string[] = []
    const newest = new Map<string, SeenRecord>()
    for (const record of records) {
      newest.set(record.key, record)
      if (this.#gone.has(record.offset)) problems.push(`offset ${record.offset} (${nameOf(record)}) is back`)
      problems.push(...this.#unknown(record))
    }
    this.#noteGone(records)
    for (const [key, writes] of this.#writes) problems.push(...this.#lost(key, writes, { seen: newest.get(key), ...time }))
    return problems
  }

  #noteGone(records: readonly SeenRecord[]): void {
    const seen = new Set(records.map(({ offset }) => offset))
    const last = records.at(-1)?.offset ?? 0
    for (let offset = 0; offset < last; offset++) if (!seen.has(offset)) this.#gone.add(offset)
  }

  #unknown(record: SeenRecord): string[] {
    const writes = this.#writes.get(record.key) ?? []
    const isThere = writes.some(({ id, offset }) => id === record.id && (offset === undefined || offset === record.offset))
    const isRepeated = this.#options.hasLostSnapshots && writes.some(({ id }) => id === record.id)
    return isThere || isRepeated ? [] : [`offset ${record.offset} (${nameOf(record)}) was never written there`]
  }

  #lost(key: string, writes: readonly KeyWrite[], at: ReadTime & { readonly seen: SeenRecord | undefined }): string[] {
    const { seen, askedMs, endedMs } = at
    const acked = writes.findLast(({ offset, ackedAtMs }) => offset !== undefined && ackedAtMs < askedMs)
    if (acked === undefined) return []
    const what = `${key}: ${acked.id ?? 'a tombstone'}, acknowledged at offset ${acked.offset}`
    if (seen !== undefined && seen.offset >= acked.offset!) return []
    // A tombstone that nobody acknowledged may be there, and have taken the value with it.
    const isDeleted = writes.slice(writes.indexOf(acked)).some(({ id }) => id === undefined)
    // As long as a tombstone stays, a reader that has seen what it deletes has time to come to it. One that takes longer may miss it.
    const { deleteRetentionMs, hasClockJumps } = this.#options
    const isMissed = isDeleted && (hasClockJumps || endedMs - askedMs >= deleteRetentionMs)
    if (seen !== undefined) return isMissed ? [] : [`${what}, and offset ${seen.offset} shows in its place`]
    if (!isDeleted) return [`${what}, is gone`]
    const isEarly = acked.id === undefined && !hasClockJumps && endedMs - acked.begunAtMs < deleteRetentionMs
    return isEarly ? [`${what}, is gone before its time`] : []
  }
}

function nameOf({ key, id }: SeenRecord): string {
  return `${key}=${id ?? 'null'}`
}
