import type { KeyedRecord, ReadRecord } from './compacted-log.ts'

interface ModelRecord extends KeyedRecord {
  readonly offset: number
  readonly timestamp: number
  /** When the first cleaning began that may have seen it. */
  firstCleaningMs: number
}

export interface SeenLog {
  readonly records: readonly ReadRecord[]
  readonly logStartOffset: number
  readonly logEndOffset: number
}

/** What was written to a compacted log, and so what its readers must, may and must not see. */
export class CompactionModel {
  readonly #deleteRetentionMs: number
  readonly #minCompactionLagMs: number
  #records: ModelRecord[] = []
  /** Offsets of records that a reader has found gone. */
  readonly #gone = new Set<number>()

  constructor(options: { readonly deleteRetentionMs: number; readonly minCompactionLagMs?: number }) {
    this.#deleteRetentionMs = options.deleteRetentionMs
    this.#minCompactionLagMs = options.minCompactionLagMs ?? 0
  }

  append(records: readonly KeyedRecord[], baseOffset: number, timestamp: number): void {
    for (const [index, record] of records.entries()) {
      this.#records.push({ ...record, offset: baseOffset + index, timestamp, firstCleaningMs: Number.POSITIVE_INFINITY })
    }
  }

  /** A cleaning of what lies below an offset begins. */
  noteCleaning(nowMs: number, limitOffset = Number.POSITIVE_INFINITY): void {
    for (const record of this.#records) {
      if (record.offset < limitOffset) record.firstCleaningMs = Math.min(record.firstCleaningMs, nowMs)
    }
  }

  /** Whatever was not durable may be lost in a crash: the log ends here now. */
  cut(logEndOffset: number): void {
    this.#records = this.#records.filter(({ offset }) => offset < logEndOffset)
  }

  /** The record below an offset that decides about each key. */
  latest(logEndOffset: number): Map<string, { readonly offset: number; readonly value: string | null }> {
    const latest = new Map<string, ModelRecord>()
    for (const record of this.#records) if (record.offset < logEndOffset) latest.set(record.key, record)
    return latest
  }

  /** What is wrong with what a reader of the whole log saw. */
  problems({ records, logStartOffset, logEndOffset }: SeenLog, nowMs: number): string[] {
    const problems: string[] = []
    const seen = new Map(records.map((record) => [record.offset, record]))
    if (seen.size !== records.length) problems.push('an offset was read twice')
    const latest = this.latest(logEndOffset)
    for (const record of this.#records) {
      if (record.offset < logStartOffset || record.offset >= logEndOffset) continue
      const found = seen.get(record.offset)
      seen.delete(record.offset)
      const where = `offset ${record.offset} (${record.key}=${record.value})`
      if (found === undefined) {
        this.#gone.add(record.offset)
        const reason = this.#whyItMustStay(record, latest.get(record.key)!.offset, nowMs)
        if (reason !== undefined) problems.push(`${where} is gone: ${reason}`)
        continue
      }
      if (this.#gone.has(record.offset)) problems.push(`${where} is back`)
      if (found.key !== record.key || found.value !== record.value || found.timestamp !== record.timestamp) {
        problems.push(`${where} is now ${found.key}=${found.value} of ${found.timestamp}`)
      }
    }
    for (const { offset, key, value } of seen.values()) {
      if (offset >= logStartOffset) problems.push(`offset ${offset} (${key}=${value}) was never written`)
    }
    for (const [key, { offset }] of latest) {
      const newest = records.findLast((record) => record.key === key)
      if (newest !== undefined && newest.offset < offset && offset >= logStartOffset) {
        problems.push(`${key} shows its value of offset ${newest.offset}, though it was overwritten at ${offset}`)
      }
    }
    return problems
  }

  /** Tombstones that a reader still saw though everything was cleaned after their time was over, give or take `slackMs`. */
  overdue(records: readonly ReadRecord[], nowMs: number, slackMs: number): string[] {
    const seen = new Set(records.map(({ offset }) => offset))
    const limitMs = nowMs - this.#deleteRetentionMs - slackMs
    const late = this.#records.filter(
      ({ offset, value, firstCleaningMs }) => value === null && firstCleaningMs < limitMs && seen.has(offset),
    )
    return late.map(({ offset, key }) => `the tombstone of ${key} at offset ${offset} is still there`)
  }

  /** undefined when compaction may have removed it. */
  #whyItMustStay(record: ModelRecord, latestOffset: number, nowMs: number): string | undefined {
    if (record.firstCleaningMs === Number.POSITIVE_INFINITY) return 'nothing was cleaned since'
    if (nowMs - record.timestamp < this.#minCompactionLagMs) return 'it is too young'
    if (latestOffset > record.offset) return undefined
    if (record.value !== null) return 'it is the last of its key'
    return nowMs < record.firstCleaningMs + this.#deleteRetentionMs ? 'its delete horizon is not over' : undefined
  }
}
