import type { GroupLag } from '@kafka-ts/lag'
import { parseDuration } from '../../flags/parse-duration.ts'
import type { ClusterReader, PartitionName } from '../model/cluster-reader.ts'
import type { ResetDraft, ResetPlan, ResetStep } from './reset-draft.ts'

/** What planning needs besides the draft. */
export interface PlanParts {
  readonly reader: Pick<ClusterReader, 'listOffsets'>
  readonly lag: GroupLag
  readonly nowMs: number
  readonly signal: AbortSignal
}

/** Works out where each partition would go. Changes nothing; a value that cannot be read is a plan that failed. */
export async function planReset(draft: ResetDraft, { reader, lag, nowMs, signal }: PlanParts): Promise<ResetPlan> {
  // A partition whose end is not known has no leader to ask.
  const partitions = lag.partitions.filter(
    ({ topic, partition, endOffset }) => endOffset !== undefined && (draft.only === undefined || isSame(draft.only, { topic, partition })),
  )
  if (partitions.length === 0) return failed('the group has no partitions whose offsets are known')
  const value = readValue(draft, nowMs)
  if (typeof value === 'string') return failed(value)
  const [starts, ends, found] = await Promise.all([
    reader.listOffsets(partitions, 'earliest', signal),
    reader.listOffsets(partitions, 'latest', signal),
    value.timestamp === undefined ? undefined : reader.listOffsets(partitions, { timestamp: value.timestamp }, signal),
  ])
  const steps = partitions.flatMap(({ topic, partition, committedOffset }, index): ResetStep[] => {
    const [start, end] = [starts[index], ends[index]]
    if (start === undefined || end === undefined) return []
    const from = committedOffset ?? null
    const wanted = wantedOffset(draft, value, { from, start, end, found: found?.[index] })
    if (wanted === undefined) return []
    const to = Math.min(end, Math.max(start, wanted))
    return [{ topic, partition, from, to, note: noteOf(wanted, { start, end }) }]
  })
  return steps.length === 0 ? failed('none of its partitions can be moved that way') : { state: 'planned', steps }
}

interface Value {
  readonly timestamp?: number
  readonly count?: number
}

/** What was typed, or what is wrong with it. */
function readValue({ target, values }: ResetDraft, nowMs: number): Value | string {
  const typed = values[target].trim()
  switch (target) {
    case 'earliest':
    case 'latest':
      return {}
    case 'datetime': {
      const timestamp = Date.parse(typed)
      return Number.isNaN(timestamp) ? `${typed} is not a time: write 2026-11-22T15:00Z` : { timestamp }
    }
    case 'by': {
      const ms = parseDuration(typed.replace(/^-/, ''))
      return ms === undefined || !typed.startsWith('-')
        ? `${typed} is not a time to go back: write -30m, -2h, -1d`
        : { timestamp: nowMs - ms }
    }
    case 'shift':
      return /^[+-]?\d{1,15}$/.test(typed) ? { count: Number(typed) } : `${typed} is not a number of records: write -100 or 100`
    case 'offset':
      return /^\d{1,15}$/.test(typed) ? { count: Number(typed) } : `${typed} is not an offset`
  }
}

function wantedOffset(
  { target }: ResetDraft,
  { count = 0 }: Value,
  at: { readonly from: number | null; readonly start: number; readonly end: number; readonly found: number | undefined },
): number | undefined {
  switch (target) {
    case 'earliest':
      return at.start
    case 'latest':
      return at.end
    case 'datetime':
    case 'by':
      return at.found
    case 'shift':
      return at.from === null ? undefined : at.from + count
    case 'offset':
      return count
  }
}

function noteOf(wanted: number, { start, end }: { readonly start: number; readonly end: number }): string {
  if (wanted < start) return 'cut to the start'
  return wanted > end ? 'cut to the end' : ''
}

function failed(reason: string): ResetPlan {
  return { state: 'failed', reason }
}

function isSame(left: PartitionName, right: PartitionName): boolean {
  return left.topic === right.topic && left.partition === right.partition
}
