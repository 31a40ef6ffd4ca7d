import { type HistoryEvent, type Place, placeName } from '../history.ts'
import type { HistoryCheck, TopicPromises } from './check-history.ts'
import type { Report } from './violation.ts'

interface Send {
  readonly process: string
  /** Its place in the order of all calls. */
  readonly order: number
  /** Where it was first seen, by its sender or a reader. */
  place: string | undefined
  offset: number
}

/**
 * I3: what an idempotent producer sent is in one place, however often it had to be sent, and in each partition in the order of the calls. It
 * holds for everything that anybody was ever told or has read, restarts and trims included. What nobody has a record of any more, neither the
 * log (it was trimmed) nor a snapshot (it was lost), cannot be kept from being written again.
 */
export class IdempotenceCheck implements HistoryCheck {
  readonly #report: Report
  readonly #promises: TopicPromises
  readonly #sends = new Map<string, Send>()
  readonly #forgotten = new Set<string>()

  constructor(report: Report, promises: TopicPromises) {
    this.#report = report
    this.#promises = promises
  }

  onEvent(event: HistoryEvent): void {
    if (event.f === 'send' && event.phase === 'invoke') {
      const { id, process, isIdempotent } = event
      if (isIdempotent) this.#sends.set(id, { process, order: this.#sends.size, place: undefined, offset: -1 })
    } else if (event.f === 'send' && event.phase === 'ok' && event.offset >= 0) {
      this.#onSeen(event.id, event, event.atMs)
    } else if (event.f === 'read' && event.isIntact) {
      this.#onSeen(event.value, event, event.atMs)
    } else if (event.f === 'snapshot-lost' && this.#promises.of(event.topic) === 'trimmed') {
      this.#forgotten.add(placeName(event))
    } else if (event.f === 'audit') {
      this.#onAudit(placeName(event), event.atMs)
    }
  }

  #onSeen(id: string, at: Place & { readonly offset: number }, atMs: number): void {
    const place = placeName(at)
    const send = this.#sends.get(id)
    if (send === undefined || this.#promises.of(at.topic) === 'page' || this.#forgotten.has(place)) return
    if (send.place === undefined) {
      send.place = place
      send.offset = at.offset
    } else if (send.place !== place || send.offset !== at.offset) {
      this.#report('I3', atMs, `${id} is at offset ${at.offset} of ${place}, and at offset ${send.offset} of ${send.place}`)
    }
  }

  #onAudit(place: string, atMs: number): void {
    if (this.#forgotten.has(place)) return
    const last = new Map<string, { readonly id: string; readonly send: Send }>()
    const there = [...this.#sends].filter(([, send]) => send.place === place).sort(([, one], [, other]) => one.offset - other.offset)
    for (const [id, send] of there) {
      const before = last.get(send.process)
      if (before !== undefined && before.send.order > send.order)
        this.#report(
          'I3',
          atMs,
          `${id} is at offset ${send.offset} of ${place}, behind ${before.id}, sent after it, at ${before.send.offset}`,
        )
      last.set(send.process, { id, send })
    }
  }
}
