import { errorCode } from '@kafka-ts/protocol'
import type { SerialQueue } from '../serial-queue.ts'
import type { DelayedOperations, ParkedFetch } from './delayed-operations.ts'
import type { Partition, PartitionRead } from './partition.ts'

/** What to read of one partition. */
export interface FetchTarget {
  /** undefined: this broker has no such partition; `missingCode` says which error that is. */
  readonly partition: Partition | undefined
  readonly missingCode: number
  readonly fetchOffset: number
  readonly maxBytes: number
  /** -1: not checked. */
  readonly currentLeaderEpoch: number
}

export interface FetchOptions {
  readonly maxWaitMs: number
  readonly minBytes: number
  /** The most bytes of all targets together, asked for right before they are read. */
  readonly maxBytes: () => number
  readonly delayed: DelayedOperations
  /** Passes over the partitions for one connection take turns. */
  readonly readTurns: SerialQueue
  /** Monotonic milliseconds. */
  readonly nowMs: () => number
  /** Resolves at once unless the one who asks does not read what it was sent; false when it is gone. */
  readonly whenWritable: () => Promise<boolean> | boolean
  /** Told of the parked fetch, so that it ends when nobody waits for it any more. Returns how to take that back. */
  readonly onParked: (parked: ParkedFetch) => () => void
}

/** What was read of one target. The offsets are -1 with an error. */
export interface FetchOutcome extends PartitionRead {
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
}

/** Reads all targets, waiting up to `maxWaitMs` while they hold less than `minBytes` and nothing is wrong. One outcome a target, in order; none when the client is gone. */
export async function fetchRecords(targets: readonly FetchTarget[], options: FetchOptions): Promise<readonly FetchOutcome[]> {
  const { minBytes, nowMs } = options
  const deadline = nowMs() + options.maxWaitMs
  for (;;) {
    const outcomes = await options.readTurns.run(async () =>
      (await options.whenWritable()) ? readTargets(targets, options.maxBytes()) : undefined,
    )
    if (outcomes === undefined) return []
    const remainingMs = deadline - nowMs()
    const found = totalBytes(outcomes)
    if (found >= minBytes || remainingMs <= 0 || options.delayed.isClosed || outcomes.some(isError)) return outcomes
    await park(targets, options, { missingBytes: minBytes - found, remainingMs })
  }
}

async function park(
  targets: readonly FetchTarget[],
  options: FetchOptions,
  wait: { readonly missingBytes: number; readonly remainingMs: number },
): Promise<void> {
  const parked = options.delayed.parkFetch(partitionsOf(targets), wait.missingBytes, wait.remainingMs)
  const release = options.onParked(parked)
  try {
    await parked.woken
  } finally {
    release()
  }
}

function* partitionsOf(targets: readonly FetchTarget[]): Iterable<Partition> {
  for (const { partition } of targets) if (partition !== undefined) yield partition
}

/**
 * One pass over the targets in their order, until `maxBytes` are used up; the first batch found comes whole even if it is larger.
 * Reads that go to disk run side by side: each takes its share of the bytes before its size is known.
 */
function readTargets(targets: readonly FetchTarget[], maxBytes: number): FetchOutcome[] | Promise<FetchOutcome[]> {
  const outcomes: (FetchOutcome | Promise<FetchOutcome>)[] = new Array(targets.length)
  let remaining = maxBytes
  let isFirst = true
  let hasPending = false
  for (let index = 0; index < targets.length; index++) {
    const target = targets[index] as FetchTarget
    const budget = Math.min(target.maxBytes, remaining)
    const outcome = readTarget(target, { maxBytes: budget, atLeastOne: isFirst })
    outcomes[index] = outcome
    if (outcome instanceof Promise) {
      hasPending = true
      isFirst = false
      remaining = Math.max(0, remaining - Math.min(budget, target.partition?.sizeBytes ?? 0))
    } else if (outcome.bytes > 0) {
      isFirst = false
      remaining = Math.max(0, remaining - outcome.bytes)
    }
  }
  return hasPending ? Promise.all(outcomes) : (outcomes as FetchOutcome[])
}

function readTarget(
  target: FetchTarget,
  limits: { readonly maxBytes: number; readonly atLeastOne: boolean },
): FetchOutcome | Promise<FetchOutcome> {
  const { partition, fetchOffset, currentLeaderEpoch } = target
  if (partition === undefined) return failed(target.missingCode)
  const code = partition.checkLeadership(currentLeaderEpoch)
  if (code !== 0) return failed(code)
  const isBudgetSpent = limits.maxBytes <= 0 && !limits.atLeastOne
  const isInside = fetchOffset >= partition.logStartOffset && fetchOffset <= partition.highWatermark
  if (isInside && (isBudgetSpent || fetchOffset === partition.highWatermark)) return withOffsets(partition, EMPTY)
  const read = partition.read({ offset: fetchOffset, ...limits })
  return read instanceof Promise ? read.then((result) => withOffsets(partition, result)) : withOffsets(partition, read)
}

const EMPTY: PartitionRead = { errorCode: 0, buffers: [], bytes: 0 }

function withOffsets(partition: Partition, { errorCode: code, buffers, bytes }: PartitionRead): FetchOutcome {
  const { highWatermark, lastStableOffset, logStartOffset } = partition
  return { errorCode: code, buffers, bytes, highWatermark, lastStableOffset, logStartOffset }
}

function failed(code: number): FetchOutcome {
  return { ...EMPTY, errorCode: code, highWatermark: -1, lastStableOffset: -1, logStartOffset: -1 }
}

function totalBytes(outcomes: readonly FetchOutcome[]): number {
  let bytes = 0
  for (const outcome of outcomes) bytes += outcome.bytes
  return bytes
}

const NONE = errorCode('NONE')

function isError(outcome: FetchOutcome): boolean {
  return outcome.errorCode !== NONE
}
