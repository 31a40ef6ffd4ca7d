import { type HistoryEvent, placeName } from '../history.ts'
import type { HistoryCheck, TopicPromises } from './check-history.ts'
import type { Report } from './violation.ts'

/** I6: one reader gets the offsets of a partition one after the other: no step back, and no skip but over what was trimmed. */
export class ReaderCheck implements HistoryCheck {
  readonly #report: Report
  readonly #promises: TopicPromises
  readonly #next = new Map<string, number | undefined>()
  readonly #trimmedBelow = new Map<string, number>()

  constructor(report: Report, promises: TopicPromises) {
    this.#report = report
    this.#promises = promises
  }

  onEvent(event: HistoryEvent): void {
    if (event.f === 'trim') {
      const name = placeName(event)
      this.#trimmedBelow.set(name, Math.max(this.#trimmedBelow.get(name) ?? 0, event.before))
    } else if (event.f === 'position') {
      this.#next.set(`${event.process} ${placeName(event)}`, event.offset)
    } else if (event.f === 'read') {
      this.#onRead(event)
    }
  }

  #onRead(event: Extract<HistoryEvent, { f: 'read' }>): void {
    const name = placeName(event)
    const key = `${event.process} ${name}`
    const expected = this.#next.get(key)
    const { offset, process } = event
    this.#next.set(key, offset + 1)
    if (expected === undefined || offset === expected || this.#promises.of(event.topic) === 'page') return
    if (offset < expected)
      this.#report('I6', event.atMs, `${process} got offset ${offset} of ${name} again, or before its turn: ${expected} was next`)
    else if (!this.#mayBeGone(event, offset))
      this.#report('I6', event.atMs, `${process} got offset ${offset} of ${name}, and ${expected} was next`)
  }

  #mayBeGone(event: { readonly topic: string; readonly partition: number }, before: number): boolean {
    return this.#promises.of(event.topic) === 'trimmed' || before <= (this.#trimmedBelow.get(placeName(event)) ?? 0)
  }
}
