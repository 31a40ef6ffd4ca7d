import type { LagTotals, NamedPartitionLag } from '@kafka-ts/lag'
import type { Snapshot } from './snapshot.ts'

/** What is known as JSON, for a ticket or a post-mortem. Offsets are texts, as everywhere in the command's JSON. */
export function snapshotFile({ groups, totals, controllerId }: Snapshot, at: string): string {
  const document = {
    kind: 'DashboardSnapshot',
    time: at,
    controllerId,
    lag: text(totals.lag),
    groups: groups.map(({ groupId, group, lag }) => ({
      groupId,
      state: group.state,
      type: group.type,
      status: lag.status,
      members: group.members.length,
      ...totalsOf(lag.totals),
      partitions: lag.partitions.map(partitionOf),
    })),
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

function totalsOf({ lag, isLowerBound, inPerSecond, outPerSecond, eta, timeLag }: LagTotals) {
  return {
    lag: text(lag),
    isLowerBound,
    inPerSecond: inPerSecond ?? null,
    outPerSecond: outPerSecond ?? null,
    etaMs: typeof eta === 'number' ? eta : null,
    timeLagMs: timeLag?.ms ?? null,
    isExtrapolated: timeLag?.isExtrapolated ?? false,
  }
}

function partitionOf({ topic, partition, committedOffset, endOffset, logStartOffset, lag, status, timeLag }: NamedPartitionLag) {
  return {
    topic,
    partition,
    status,
    committedOffset: text(committedOffset),
    endOffset: text(endOffset),
    logStartOffset: text(logStartOffset),
    lag: text(lag),
    timeLagMs: timeLag?.ms ?? null,
  }
}

function text(value: number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}
