import { type GroupLag, LagMonitor, type NamedPartitionLag, type TimeLag } from '@kafka-ts/lag'
import type { Session } from '../session.ts'
import { recordTimes } from './exact-time.ts'
import { type GroupReading, type GroupsReading, keyOf, type ReadOptions, readGroups, type UnreadGroup } from './read-groups.ts'

/** How the time lag is found: from the growth of the log between looks, from the timestamp of the record at the committed offset, or not at all. */
export const timeModes = ['estimate', 'exact', 'off'] as const
export type TimeMode = (typeof timeModes)[number]

/** Looks of one sample: enough for rates that do not hang on a single commit. */
const LOOKS = 10
const MIN_LOOK_MS = 250
/** Different offsets of one partition whose records are read for exact times; of more groups than that on a partition the time is not known. */
const MAX_OFFSETS_A_PARTITION = 16

/** A group with where it stands. */
export interface WatchedGroup extends GroupReading {
  readonly lag: GroupLag
}

/** What came of a look. */
export interface LagLook {
  readonly atMs: number
  readonly groups: readonly WatchedGroup[]
  readonly failed: readonly UnreadGroup[]
}

/** How a `LagWatch` looks. */
export interface LagWatchOptions extends ReadOptions {
  readonly time: TimeMode
  /** How long one look watches; 0: only once. */
  readonly sampleMs: number
}

/** Looks at groups again and again; what it saw before makes rates and time lags of the next look. */
export class LagWatch {
  readonly #monitor = new LagMonitor()
  readonly #options: LagWatchOptions

  constructor(options: LagWatchOptions) {
    this.#options = options
  }

  /** Looks once, or for the length of the sample. */
  async look(session: Session, groupIds: readonly string[]): Promise<LagLook> {
    const { sampleMs, time } = this.#options
    const { doors } = session
    const untilMs = doors.now() + sampleMs
    let look = await this.#lookOnce(session, groupIds)
    while (doors.now() < untilMs) {
      await doors.sleep(Math.min(untilMs - doors.now(), Math.max(MIN_LOOK_MS, sampleMs / LOOKS)))
      look = await this.#lookOnce(session, groupIds)
    }
    return time === 'estimate' ? look : this.#withTimes(session, look)
  }

  async #lookOnce(session: Session, groupIds: readonly string[]): Promise<LagLook> {
    const reading: GroupsReading = await readGroups(session, groupIds, this.#options)
    const lags = this.#monitor.record(
      reading.atMs,
      reading.groups.map((group) => group.poll),
    )
    return { ...reading, groups: reading.groups.map((group, index) => ({ ...group, lag: lags[index]! })) }
  }

  async #withTimes(session: Session, look: LagLook): Promise<LagLook> {
    const { time } = this.#options
    const behind = look.groups.flatMap(({ lag }) => lag.partitions.filter(isBehind))
    const offsets = new Map(behind.map((partition) => [timeKey(partition), partition]))
    // Groups share partitions, not offsets: two of them at one offset cost one fetch, and two offsets of a partition one consumer each.
    const times = time === 'off' ? new Map<string, number>() : await timesOf(session, [...offsets.values()])
    const timeLagOf = (partition: NamedPartitionLag): TimeLag | null | undefined => {
      if (time === 'off' || typeof partition.lag !== 'number') return time === 'off' ? undefined : partition.timeLag
      if (partition.lag === 0) return { ms: 0, isExtrapolated: false }
      const writtenMs = times.get(timeKey(partition))
      return writtenMs === undefined ? undefined : { ms: Math.max(0, look.atMs - writtenMs), isExtrapolated: partition.isBelowLogStart }
    }
    const withTimes = (lag: GroupLag): GroupLag => {
      const partitions = lag.partitions.map((partition) => ({ ...partition, timeLag: timeLagOf(partition) }))
      return { ...lag, partitions, totals: { ...lag.totals, timeLag: largest(partitions) } }
    }
    return { ...look, groups: look.groups.map((group) => ({ ...group, lag: withTimes(group.lag) })) }
  }
}

function isBehind({ lag, committedOffset }: NamedPartitionLag): boolean {
  return typeof lag === 'number' && lag > 0 && typeof committedOffset === 'number'
}

function timeKey(partition: NamedPartitionLag): string {
  return `${keyOf(partition)}@${partition.committedOffset}`
}

/** One consumer reads each partition at one offset; the offsets of a partition are dealt out to as many consumers, those with the most lag first. */
async function timesOf(session: Session, partitions: readonly NamedPartitionLag[]): Promise<Map<string, number>> {
  const times = new Map<string, number>()
  // A map keeps the last of a key: the one with the most lag.
  let left = partitions.toSorted((one, other) => (one.lag ?? 0) - (other.lag ?? 0))
  for (let round = 0; round < MAX_OFFSETS_A_PARTITION && left.length > 0; round++) {
    const byPartition = new Map(left.map((partition) => [keyOf(partition), partition]))
    const chosen = [...byPartition.values()]
    const found = await recordTimes(
      session,
      chosen.map(({ topic, partition, committedOffset }) => ({ topic, partition, offset: committedOffset ?? 0 })),
    )
    for (const partition of chosen) {
      const time = found.get(keyOf(partition))
      if (time !== undefined) times.set(timeKey(partition), time)
    }
    left = left.filter((partition) => byPartition.get(keyOf(partition)) !== partition)
  }
  return times
}

/** The largest time lag; a bound from below when that of a partition with lag is not known, and undefined when none is. */
export function largest(partitions: readonly Pick<NamedPartitionLag, 'timeLag' | 'lag'>[]): TimeLag | undefined {
  const worst = partitions.reduce<TimeLag | undefined>(
    (found, { timeLag }) => (timeLag && (found === undefined || timeLag.ms > found.ms) ? timeLag : found),
    undefined,
  )
  const isPartlyUnknown = partitions.some(({ timeLag, lag }) => timeLag === undefined && lag !== 0)
  if (!isPartlyUnknown || worst === undefined) return worst
  return worst.ms === 0 ? undefined : { ...worst, isExtrapolated: true }
}
