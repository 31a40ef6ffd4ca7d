import { type HistoryEvent, placeName } from '../history.ts'
import type { HistoryCheck, TopicPromises } from './check-history.ts'
import type { Report } from './violation.ts'

interface Seen {
  readonly atMs: number
  /** The highest watermark seen so far. */
  readonly offset: number
}

/**
 * I14: the high watermark never falls. Whoever asks for it after somebody was told, or read, or had something acknowledged, gets no less. With
 * `commit` this holds over restarts too, because nothing above the synced end is ever shown.
 */
export class WatermarkCheck implements HistoryCheck {
  readonly #report: Report
  readonly #promises: TopicPromises
  readonly #seen = new Map<string, Seen[]>()
  readonly #fetched = new Map<string, number>()

  constructor(report: Report, promises: TopicPromises) {
    this.#report = report
    this.#promises = promises
  }

  onEvent(event: HistoryEvent): void {
    if (event.f === 'send' && event.phase === 'ok') this.#note(placeName(event), event.atMs, event.offset + 1)
    if (event.f === 'read') this.#note(placeName(event), event.atMs, event.offset + 1)
    if (event.f === 'fetched') this.#onFetched(event)
    if (event.f === 'end') {
      this.#onEnd(event)
      this.#note(placeName(event), event.atMs, event.offset)
    }
  }

  #onFetched(event: Extract<HistoryEvent, { f: 'fetched' }>): void {
    const name = placeName(event)
    const key = `${event.process} ${name}`
    const before = this.#fetched.get(key) ?? 0
    if (event.highWatermark < before && this.#promises.of(event.topic) !== 'page') {
      this.#report(
        'I14',
        event.atMs,
        `${event.process} fetched ${name} with a high watermark of ${event.highWatermark} after one of ${before}`,
      )
    }
    this.#fetched.set(key, event.highWatermark)
    this.#note(name, event.atMs, event.highWatermark)
  }

  #onEnd(event: Extract<HistoryEvent, { f: 'end' }>): void {
    if (this.#promises.of(event.topic) === 'page') return
    const name = placeName(event)
    const before = this.#seen.get(name)?.findLast(({ atMs }) => atMs < event.askedMs)
    if (before === undefined || event.offset >= before.offset) return
    this.#report(
      'I14',
      event.atMs,
      `the end of ${name}, asked for at ${event.askedMs} ms, is ${event.offset}; at ${before.atMs} ms it was ${before.offset}`,
    )
  }

  #note(name: string, atMs: number, offset: number): void {
    const seen = this.#seen.get(name) ?? []
    const highest = seen.at(-1)?.offset ?? 0
    if (offset > highest) seen.push({ atMs, offset })
    this.#seen.set(name, seen)
  }
}
