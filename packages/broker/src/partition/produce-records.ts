import { errorCode } from '@kafka-ts/protocol'
import type { AppendOutcome } from './ack-queue.ts'
import type { DelayedOperations } from './delayed-operations.ts'
import { failure, type Partition } from './partition.ts'

/** What to append to one partition. */
export interface ProduceTarget {
  /** undefined: this broker has no such partition; `missingCode` says which error that is. */
  readonly partition: Partition | undefined
  readonly missingCode: number
  /** Whole batches; they become the log's. */
  readonly records: Uint8Array
}

export interface ProduceOptions {
  readonly timeoutMs: number
  readonly delayed: DelayedOperations
}

/** Appends to all targets and waits until the high watermarks have passed them (acks 1 and all). One outcome a target, in order. */
export function produceRecords(targets: readonly ProduceTarget[], options: ProduceOptions): Promise<readonly AppendOutcome[]> {
  const pending = options.delayed.awaitAppends(targets.length, options.timeoutMs, () =>
    failure(errorCode('REQUEST_TIMED_OUT'), 'the append was not durable in time; it may still take effect'),
  )
  for (let slot = 0; slot < targets.length; slot++) {
    const { partition, missingCode, records } = targets[slot] as ProduceTarget
    if (partition === undefined) pending.settle(slot, failure(missingCode))
    else partition.append(records, { waiter: pending, slot })
  }
  return pending.outcomes
}

/** Appends to all targets without waiting (acks 0). `onRefused` hears of each that was not even taken. */
export function produceWithoutAck(targets: readonly ProduceTarget[], onRefused: (outcome: AppendOutcome) => void): void {
  const waiter = { settle: (_slot: number, outcome: AppendOutcome) => (outcome.errorCode === 0 ? undefined : onRefused(outcome)) }
  for (let slot = 0; slot < targets.length; slot++) {
    const { partition, missingCode, records } = targets[slot] as ProduceTarget
    if (partition === undefined) onRefused(failure(missingCode))
    else partition.append(records, { waiter, slot })
  }
}
