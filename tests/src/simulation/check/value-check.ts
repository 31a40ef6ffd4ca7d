import { type HistoryEvent, type Place, placeName } from '../history.ts'
import type { HistoryCheck, TopicPromises } from './check-history.ts'
import type { Report } from './violation.ts'

/**
 * I4: an offset has one value for ever, over all acknowledgements and all reads.
 * I20: what is read are the bytes of a record that was sent to that topic, whole.
 * I2: what certainly failed is never read.
 */
export class ValueCheck implements HistoryCheck {
  readonly #report: Report
  readonly #promises: TopicPromises
  readonly #values = new Map<string, string>()
  readonly #sends = new Map<string, { readonly topic: string; hasFailed: boolean }>()

  constructor(report: Report, promises: TopicPromises) {
    this.#report = report
    this.#promises = promises
  }

  onEvent(event: HistoryEvent): void {
    if (event.f === 'send') this.#onSend(event)
    if (event.f !== 'read') return
    const send = this.#sends.get(event.value)
    const where = `offset ${event.offset} of ${placeName(event)}`
    if (!event.isIntact) this.#report('I20', event.atMs, `${event.process} read bytes at ${where} that nobody sent: ${event.value}`)
    else if (send === undefined) this.#report('I20', event.atMs, `${event.process} read ${event.value} at ${where}, which nobody sent`)
    else if (send.topic !== event.topic)
      this.#report('I20', event.atMs, `${event.process} read ${event.value} at ${where}, which was sent to ${send.topic}`)
    else if (send.hasFailed) this.#report('I2', event.atMs, `${event.process} read ${event.value} at ${where}, which had been refused`)
    else this.#note(event, event.value, event.atMs)
  }

  #onSend(event: Extract<HistoryEvent, { f: 'send' }>): void {
    if (event.phase === 'invoke') {
      this.#sends.set(event.id, { topic: event.topic, hasFailed: false })
    } else if (event.phase === 'fail') {
      const send = this.#sends.get(event.id)
      if (send !== undefined) send.hasFailed = true
    } else if (event.phase === 'ok' && event.offset >= 0) {
      this.#note(event, event.id, event.atMs)
    }
  }

  #note(place: Place & { readonly offset: number }, value: string, atMs: number): void {
    if (this.#promises.of(place.topic) === 'page') return
    const key = `${placeName(place)} ${place.offset}`
    const known = this.#values.get(key)
    if (known === undefined) this.#values.set(key, value)
    else if (known !== value) this.#report('I4', atMs, `offset ${place.offset} of ${placeName(place)} was ${known}, and is ${value}`)
  }
}
