import { type HistoryEvent, placeName } from '../history.ts'
import type { HistoryCheck, TopicPromises } from './check-history.ts'
import type { Report } from './violation.ts'

/**
 * I5: the sends of one producer to one partition get rising offsets, in the order of the calls.
 * I18: after a failed sync nothing is acknowledged that was sent later, until the broker is started again, and no file is synced twice.
 */
export class SendCheck implements HistoryCheck {
  readonly #report: Report
  readonly #promises: TopicPromises
  readonly #order = new Map<string, number>()
  /** During which failure a record was sent. */
  readonly #sentDuring = new Map<string, number>()
  /** The highest place in the order of calls that was acknowledged, per producer and partition, with its offset. */
  readonly #acknowledged = new Map<string, { order: number; offset: number; id: string }[]>()
  #failedDirectory: string | undefined
  #failureCount = 0

  constructor(report: Report, promises: TopicPromises) {
    this.#report = report
    this.#promises = promises
  }

  onEvent(event: HistoryEvent): void {
    if (event.f === 'life' && event.phase === 'starting') this.#failedDirectory = undefined
    if (event.f === 'sync-failed' && this.#failedDirectory === undefined) {
      this.#failedDirectory = event.directory
      this.#failureCount++
    }
    if (event.f === 'synced-again') this.#report('I18', event.atMs, `${event.path} was synced again after a failed sync`)
    if (event.f !== 'send') return
    if (event.phase === 'invoke') {
      this.#order.set(event.id, this.#order.size)
      if (this.#failedDirectory !== undefined) this.#sentDuring.set(event.id, this.#failureCount)
    } else if (event.phase === 'ok' && event.offset >= 0) {
      this.#onAcknowledged(event)
    }
  }

  #onAcknowledged(event: Extract<HistoryEvent, { f: 'send'; phase: 'ok' }>): void {
    const { id, offset, process } = event
    if (this.#failedDirectory !== undefined && this.#sentDuring.get(id) === this.#failureCount) {
      this.#report('I18', event.atMs, `${id} was sent after a sync in ${this.#failedDirectory} had failed, and was acknowledged`)
    }
    if (this.#promises.of(event.topic) === 'page') return
    const key = `${process} ${placeName(event)}`
    const order = this.#order.get(id) ?? -1
    const before = this.#acknowledged.get(key) ?? []
    for (const other of before) {
      if (order > other.order === offset > other.offset) continue
      this.#report(
        'I5',
        event.atMs,
        `${id} is at offset ${offset} of ${placeName(event)}, ${other.id}, sent ${order > other.order ? 'before' : 'after'} it, at ${other.offset}`,
      )
      break
    }
    before.push({ order, offset, id })
    this.#acknowledged.set(key, before)
  }
}
