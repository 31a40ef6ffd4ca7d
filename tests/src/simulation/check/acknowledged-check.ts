import { type HistoryEvent, placeName } from '../history.ts'
import type { HistoryCheck, TopicPromises } from './check-history.ts'
import type { Report } from './violation.ts'

interface Acknowledged {
  readonly id: string
  /** -1: it is there, the broker said, but not where. */
  readonly offset: number
  readonly atMs: number
}

/**
 * I1: whatever was acknowledged before an audit began is found by it, at its offset (that its value is right is I4's), or anywhere in its
 * partition if that was not told.
 * I19: an audit finds every offset from the start to the end once, without gaps; the start moves only where that is allowed.
 */
export class AcknowledgedCheck implements HistoryCheck {
  readonly #report: Report
  readonly #promises: TopicPromises
  readonly #acknowledged = new Map<string, Acknowledged[]>()
  /** Values by offset. */
  readonly #read = new Map<string, Map<number, string>>()
  /** Sent without asking for an answer. */
  readonly #unasked = new Set<string>()
  readonly #trimmedBelow = new Map<string, number>()

  constructor(report: Report, promises: TopicPromises) {
    this.#report = report
    this.#promises = promises
  }

  onEvent(event: HistoryEvent): void {
    if (event.f === 'send' && event.phase === 'invoke') {
      if (event.acks === 0) this.#unasked.add(event.id)
    } else if (event.f === 'send' && event.phase === 'ok' && !this.#unasked.has(event.id)) {
      const { id, offset, atMs } = event
      listOf(this.#acknowledged, placeName(event)).push({ id, offset, atMs })
    } else if (event.f === 'trim') {
      const name = placeName(event)
      this.#trimmedBelow.set(name, Math.max(this.#trimmedBelow.get(name) ?? 0, event.before))
    } else if (event.f === 'read') {
      const key = `${event.process} ${placeName(event)}`
      const values = this.#read.get(key) ?? new Map<number, string>()
      values.set(event.offset, event.value)
      this.#read.set(key, values)
    } else if (event.f === 'audit') {
      this.#onAudit(event)
    }
  }

  #onAudit(audit: Extract<HistoryEvent, { f: 'audit' }>): void {
    const name = placeName(audit)
    const promise = this.#promises.of(audit.topic)
    const read = this.#read.get(`${audit.process} ${name}`) ?? new Map<number, string>()
    this.#read.delete(`${audit.process} ${name}`)
    // Retention may trim while the audit reads: then it begins behind that.
    let { startOffset } = audit
    if (promise === 'trimmed') for (startOffset = audit.endOffset; read.has(startOffset - 1); ) startOffset--
    for (let offset = startOffset; offset < audit.endOffset; offset++) {
      if (read.has(offset)) continue
      this.#report(
        'I19',
        audit.atMs,
        `${audit.process} did not find offset ${offset} of ${name}, between ${startOffset} and ${audit.endOffset}`,
      )
      break
    }
    if (promise === 'page') return
    const allowedStart = promise === 'trimmed' ? Number.POSITIVE_INFINITY : (this.#trimmedBelow.get(name) ?? 0)
    if (startOffset > allowedStart) {
      this.#report('I1', audit.atMs, `${name} begins at ${startOffset}, though nothing above ${allowedStart} may be gone`)
    }
    const values = new Set(read.values())
    const isThere = ({ id, offset }: Acknowledged): boolean => {
      if (offset >= 0) return offset < startOffset || read.has(offset)
      // It may have been in the front that is gone.
      return allowedStart > 0 || values.has(id)
    }
    const lost = this.#acknowledged.get(name)?.find((acknowledged) => acknowledged.atMs < audit.askedMs && !isThere(acknowledged))
    if (lost === undefined) return
    const where = lost.offset >= 0 ? ` at offset ${lost.offset} of` : ', somewhere in'
    this.#report(
      'I1',
      audit.atMs,
      `${lost.id}, acknowledged at ${lost.atMs} ms${where} ${name}, is gone: the log ends at ${audit.endOffset}`,
    )
  }
}

function listOf<Item>(lists: Map<string, Item[]>, key: string): Item[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}
