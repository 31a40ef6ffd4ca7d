import type { HistoryEvent, TopicPromise } from '../history.ts'
import { AcknowledgedCheck } from './acknowledged-check.ts'
import { GroupCheck } from './group-check.ts'
import { IdempotenceCheck } from './idempotence-check.ts'
import { ReaderCheck } from './reader-check.ts'
import { SendCheck } from './send-check.ts'
import { ValueCheck } from './value-check.ts'
import type { Violation } from './violation.ts'
import { WatermarkCheck } from './watermark-check.ts'

/** More than these help nobody to find the first. */
const MAX_VIOLATIONS = 20

/** One invariant, or a few that need the same view of the history. */
export interface HistoryCheck {
  onEvent(event: HistoryEvent): void
}

/** What the topics of a history promise. A topic nobody declared is whole. */
export class TopicPromises {
  readonly #promises = new Map<string, TopicPromise>()

  onEvent(event: HistoryEvent): void {
    if (event.f === 'topic') this.#promises.set(event.topic, event.promise)
  }

  of(topic: string): TopicPromise {
    return this.#promises.get(topic) ?? 'whole'
  }
}

/** The one checker: holds a history against the invariants, whatever made it. Returns the first violations, in order. */
export function checkHistory(events: readonly HistoryEvent[]): readonly Violation[] {
  const violations: Violation[] = []
  const report = (invariant: string, atMs: number, what: string): void => {
    if (violations.length < MAX_VIOLATIONS) violations.push({ invariant, atMs, what })
  }
  const promises = new TopicPromises()
  const checks: readonly HistoryCheck[] = [
    promises,
    new SendCheck(report, promises),
    new ValueCheck(report, promises),
    new AcknowledgedCheck(report, promises),
    new IdempotenceCheck(report, promises),
    new ReaderCheck(report, promises),
    new WatermarkCheck(report, promises),
    new GroupCheck(report),
  ]
  for (const event of events) {
    if (event.f === 'violation') report(event.invariant, event.atMs, event.what)
    for (const check of checks) check.onEvent(event)
  }
  return violations
}
