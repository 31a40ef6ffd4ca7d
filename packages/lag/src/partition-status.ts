import type { OffsetHistory } from './offset-history.ts'
import { ratesOf } from './rates.ts'

/**
 * How a group does on a partition.
 *
 * | status | the group |
 * |---|---|
 * | OK | has read all there is, or keeps pace |
 * | CATCHING | works its lag off |
 * | BEHIND | falls behind further and further |
 * | REWIND | was set back |
 * | STALLED | has lag, and has not been seen to commit anything new |
 * | STOPPED | committed, and ceased to |
 * | NO-COMMIT | has committed nothing here |
 * | WARMING | has lag, and has not been watched for long enough to say more |
 * | UNKNOWN | has offsets that cannot be had now |
 */
export type PartitionStatus = 'OK' | 'CATCHING' | 'BEHIND' | 'REWIND' | 'STALLED' | 'STOPPED' | 'NO-COMMIT' | 'WARMING' | 'UNKNOWN'

/** When there is enough to judge by. */
export interface StatusRules {
  /** Samples before lag is judged at all (Burrow's `minimum-complete`). Default 10. */
  readonly minimumPoints?: number | undefined
  /** How long commits may rest before that means something. Default 30 s; a group that was seen to rest longer is given half as long again. */
  readonly silenceMs?: number | undefined
}

const DEFAULT_MINIMUM_POINTS = 10
const DEFAULT_SILENCE_MS = 30_000
/** A pause this much longer than the one before is no habit any more. */
const PAUSE_MARGIN = 1.5
/** Fewer commits than this may rise one after another by chance. */
const MINIMUM_COMMITS = 5
/** A change of the lag below this share of what was written is none. */
const TOLERATED_SHARE = 0.05

/**
 * The status of a partition with a committed and an end offset, after Burrow's rules, at the offsets of now rather than those of the last commit. Samples
 * tell when the committed offset was seen to move; a commit of the same offset again cannot be seen.
 */
export function partitionStatusOf(history: OffsetHistory, nowMs: number, rules: StatusRules = {}): PartitionStatus {
  const last = history.length - 1
  if (last < 0) return 'WARMING'
  const lag = history.lagAt(last)
  if (Number.isNaN(lag)) return 'NO-COMMIT'
  if (lag === 0) return 'OK'
  if (history.length < (rules.minimumPoints ?? DEFAULT_MINIMUM_POINTS)) return 'WARMING'
  const isSilent = hasGoneSilent(history, nowMs, rules)
  const hasMoved = history.lastMoveMs !== undefined
  if (isSilent && hasMoved && isSilentLongerThanItMoved(history, nowMs) && !wasCaughtUpWithLastCommit(history)) return 'STOPPED'
  if (wasEverWithoutLag(history)) return 'OK'
  if (wasSetBack(history)) return 'REWIND'
  if (isSilent && !hasMoved) return 'STALLED'
  return trendOf(history)
}

function hasGoneSilent(history: OffsetHistory, nowMs: number, { silenceMs = DEFAULT_SILENCE_MS }: StatusRules): boolean {
  const restsForMs = nowMs - (history.lastMoveMs ?? history.firstSeenMs)
  return restsForMs > Math.max(silenceMs, (history.lastPauseMs ?? 0) * PAUSE_MARGIN)
}

/** Burrow's `now - last > last - first`. */
function isSilentLongerThanItMoved(history: OffsetHistory, nowMs: number): boolean {
  const lastMoveMs = history.lastMoveMs ?? 0
  return nowMs - lastMoveMs > lastMoveMs - history.timeMsAt(0)
}

/** The log ended at or before the last commit not long ago: what came since is new, and nobody is late yet (linkedin/Burrow#338). */
function wasCaughtUpWithLastCommit(history: OffsetHistory): boolean {
  // Ends never fall, so the oldest is the smallest.
  return history.endAt(0) <= history.committedAt(history.length - 1)
}

function wasEverWithoutLag(history: OffsetHistory): boolean {
  for (let index = 0; index < history.length; index++) if (history.lagAt(index) === 0) return true
  return false
}

function wasSetBack(history: OffsetHistory): boolean {
  for (let index = 1; index < history.length; index++) if (history.committedAt(index) < history.committedAt(index - 1)) return true
  return false
}

/**
 * Lag right after commits, first against last: between commits it is a saw-tooth of what is written meanwhile. A commit is seen up to a sample late, so a
 * change that this alone could make is none.
 */
function trendOf(history: OffsetHistory): 'OK' | 'BEHIND' | 'CATCHING' {
  const commits = commitsOf(history)
  const first = commits[0]
  const last = commits.at(-1)
  if (first === undefined || last === undefined || first === last) return 'OK'
  const growth = history.lagAt(last) - history.lagAt(first)
  const spanMs = history.timeMsAt(last) - history.timeMsAt(first)
  const gapMs = (history.timeMsAt(history.length - 1) - history.timeMsAt(0)) / (history.length - 1)
  const tolerated = ((ratesOf(history).inPerSecond ?? 0) * Math.max(gapMs, spanMs * TOLERATED_SHARE)) / 1000
  if (growth > tolerated || (growth > 0 && commits.length >= MINIMUM_COMMITS && neverDecreases(history, commits))) return 'BEHIND'
  return growth < -tolerated ? 'CATCHING' : 'OK'
}

/** The samples in which a new commit was seen. */
function commitsOf(history: OffsetHistory): number[] {
  const commits: number[] = []
  for (let index = 1; index < history.length; index++) if (history.committedAt(index) > history.committedAt(index - 1)) commits.push(index)
  return commits
}

function neverDecreases(history: OffsetHistory, commits: readonly number[]): boolean {
  return commits.every((index, position) => position === 0 || history.lagAt(index) >= history.lagAt(commits[position - 1]!))
}
