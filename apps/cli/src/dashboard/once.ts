import type { Listing } from '../output/listing.ts'
import { decimal, flag, int64, integer, nullable, object, type ShapeOf, text } from '../output/shape.ts'
import type { ClusterPoll } from './model/cluster-poll.ts'
import type { DashboardClock } from './model/poller.ts'
import type { Snapshot } from './model/snapshot.ts'
import { SnapshotBuilder } from './model/snapshot-builder.ts'
import { isGroupIssue, isIdle } from './ui/lists.ts'
import { formatDelta, formatEta, formatTimeLag } from './view/format.ts'

/** Rates need two polls; the second comes after this. */
const SAMPLE_MS = 1000

const shape = object({
  groupId: text(),
  status: text('as `groups lag` has it; WARMING where one second is too short to tell'),
  state: text(),
  members: integer(),
  topics: integer(),
  partitions: integer(),
  lag: nullable(int64('of the partitions where it is known')),
  isLowerBound: flag('some partition is not in `lag`'),
  timeLagMs: nullable(decimal('age of the oldest record that is not committed, estimated')),
  isExtrapolated: flag('the time lag is at least that'),
  inPerSecond: nullable(decimal()),
  outPerSecond: nullable(decimal()),
  etaMs: nullable(decimal('until the lag is worked off, at the rates of now')),
})
type OnceItem = ShapeOf<typeof shape> & { readonly time: string; readonly delta: string; readonly eta: string }

/** The list of groups as a plain table. */
export const onceListing: Listing<OnceItem> = {
  kind: 'GroupOverview',
  item: shape,
  name: ({ groupId }) => groupId,
  columns: [
    { header: 'GROUP', value: ({ groupId }) => groupId, isName: true },
    { header: 'STATUS', value: ({ status }) => status },
    { header: 'STATE', value: ({ state }) => state, isWide: true },
    { header: 'MEMBERS', value: ({ members }) => members },
    { header: 'TOPICS', value: ({ topics }) => topics, isWide: true },
    { header: 'PARTITIONS', value: ({ partitions }) => partitions, isWide: true },
    { header: 'LAG', value: ({ lag }) => lag, number: 'count' },
    { header: 'TIME', value: ({ time }) => time },
    { header: 'DELTA/S', value: ({ delta }) => delta },
    { header: 'ETA', value: ({ eta }) => eta },
  ],
}

/** Polls twice, a second apart, and gives the groups, the largest lag first. */
export async function readOnce(
  poll: () => Promise<ClusterPoll>,
  { clock, isIssuesOnly }: { readonly clock: DashboardClock; readonly isIssuesOnly: boolean },
): Promise<{ items: OnceItem[]; hidden: number }> {
  const builder = new SnapshotBuilder(SAMPLE_MS)
  builder.build(await poll())
  await clock.sleep(SAMPLE_MS)
  const { groups } = builder.build(await poll())
  const shown = groups.filter((group) => !isIdle(group) && (!isIssuesOnly || isGroupIssue(group)))
  return { items: shown.map(toItem).sort((left, right) => (right.lag ?? -1) - (left.lag ?? -1)), hidden: groups.length - shown.length }
}

function toItem({ groupId, group, lag, topicCount }: Snapshot['groups'][number]): OnceItem {
  const { totals, status, partitions } = lag
  return {
    groupId,
    status,
    state: group.state,
    members: group.members.length,
    topics: topicCount,
    partitions: partitions.length,
    lag: totals.lag ?? null,
    isLowerBound: totals.isLowerBound,
    timeLagMs: totals.timeLag?.ms ?? null,
    isExtrapolated: totals.timeLag?.isExtrapolated ?? false,
    inPerSecond: totals.inPerSecond ?? null,
    outPerSecond: totals.outPerSecond ?? null,
    etaMs: typeof totals.eta === 'number' ? totals.eta : null,
    time: formatTimeLag(totals.lag === undefined ? null : totals.timeLag, '?'),
    delta: totals.deltaPerSecond === undefined ? '?' : formatDelta(totals.deltaPerSecond, 'human'),
    eta: formatEta(totals.eta),
  }
}
