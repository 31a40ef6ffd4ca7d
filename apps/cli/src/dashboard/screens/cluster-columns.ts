import { humanBytes } from '../../output/humanize.ts'
import type { BrokerRow, ProblemRow, TopicRow } from '../model/snapshot.ts'
import { formatCount, formatSpan } from '../view/format.ts'
import { rateCell } from '../view/lag-cells.ts'
import { type Span, span } from '../view/line.ts'
import { bar } from '../view/sparkline.ts'
import type { ViewColumn } from '../view/table-view.ts'

/** Columns of the list of topics. */
export const topicColumns: readonly ViewColumn<TopicRow>[] = [
  { id: 'name', header: 'TOPIC', rank: 0, width: 0, draw: ({ name }) => span(name), sortValue: ({ name }) => name },
  {
    id: 'partitions',
    header: 'PARTS',
    rank: 1,
    width: 5,
    isRight: true,
    draw: ({ topic }) => span(String(topic.partitions.length)),
    sortValue: ({ topic }) => topic.partitions.length,
  },
  { id: 'rf', header: 'RF', rank: 5, width: 3, isRight: true, draw: ({ replicationFactor }) => span(String(replicationFactor)) },
  {
    id: 'status',
    header: 'ISR',
    rank: 2,
    width: 10,
    draw: isrCell,
    sortValue: ({ leaderless, underReplicated }) => leaderless * 1000 + underReplicated,
  },
  {
    id: 'rate',
    header: 'IN/s',
    rank: 3,
    width: { human: 6, exact: 10 },
    isRight: true,
    draw: ({ inPerSecond }, context) => rateCell(inPerSecond, context),
    sortValue: ({ inPerSecond }) => inPerSecond,
  },
  {
    id: 'groups',
    header: 'GROUPS',
    rank: 6,
    width: 6,
    isRight: true,
    draw: ({ groupCount }) => span(String(groupCount)),
    sortValue: ({ groupCount }) => groupCount,
  },
  {
    id: 'lag',
    header: 'LAG',
    rank: 4,
    width: { human: 8, exact: 13 },
    isRight: true,
    draw: ({ lag }, { numbers }) => (lag === undefined ? span('-', 'dim') : span(formatCount(lag, numbers))),
    sortValue: ({ lag }) => lag,
  },
  {
    id: 'size',
    header: 'SIZE',
    rank: 7,
    width: 8,
    isRight: true,
    draw: ({ sizeBytes }) => (sizeBytes === undefined ? span('-', 'dim') : span(humanBytes(sizeBytes))),
    sortValue: ({ sizeBytes }) => sizeBytes,
  },
]

function isrCell({ leaderless, underReplicated }: TopicRow): Span {
  if (leaderless > 0) return span(`! ${leaderless} dead`, 'bad')
  return underReplicated > 0 ? span(`! ${underReplicated} under`, 'warn') : span('ok', 'good')
}

function brokerName({ nodeId, broker, isController }: BrokerRow): Span {
  return span(`${nodeId} ${broker.host}:${broker.port}${isController ? ' *' : ''}`)
}

const name: ViewColumn<BrokerRow> = { id: 'name', header: 'BROKER', rank: 0, width: 0, draw: brokerName, sortValue: ({ nodeId }) => nodeId }
const rack: ViewColumn<BrokerRow> = {
  id: 'rack',
  header: 'RACK',
  rank: 7,
  width: 8,
  draw: ({ broker }) => (broker.rack === null ? span('-', 'dim') : span(broker.rack)),
}
const leaders: ViewColumn<BrokerRow> = {
  id: 'leaders',
  header: 'LEADERS',
  rank: 1,
  width: 9,
  isRight: true,
  draw: ({ leaders: count }) => span(String(count)),
  sortValue: ({ leaders: count }) => count,
}
const disk: ViewColumn<BrokerRow> = {
  id: 'disk',
  header: 'DISK',
  rank: 4,
  width: 8,
  isRight: true,
  draw: ({ disk: own }) => (own === undefined ? span('-', 'dim') : span(humanBytes(own.usedBytes))),
  sortValue: ({ disk: own }) => own?.usedBytes,
}

const SHARE_BAR = 16

/** Columns of the brokers on the leaders screen. */
export const leaderColumns: readonly ViewColumn<BrokerRow>[] = [
  name,
  rack,
  leaders,
  {
    id: 'share',
    header: 'SHARE',
    rank: 2,
    width: SHARE_BAR + 5,
    draw: ({ share }, { glyphs }) => span(`${bar(share, SHARE_BAR, glyphs)} ${Math.round(share * 100)}%`, 'info'),
    sortValue: ({ share }) => share,
  },
  {
    id: 'preferred',
    header: 'PREF',
    rank: 3,
    width: 9,
    isRight: true,
    draw: ({ preferredLed, preferred }) => span(`${preferredLed}/${preferred}`, preferredLed < preferred ? 'warn' : 'plain'),
  },
  { id: 'followers', header: 'FOLLOW', rank: 5, width: 6, isRight: true, draw: ({ followers }) => span(String(followers)) },
  {
    id: 'under',
    header: 'UNDER',
    rank: 6,
    width: 5,
    isRight: true,
    draw: ({ underReplicated }) => span(String(underReplicated), underReplicated > 0 ? 'warn' : 'plain'),
  },
  disk,
]

/** Columns of the list of brokers. */
export const brokerColumns: readonly ViewColumn<BrokerRow>[] = [
  name,
  {
    id: 'status',
    header: 'STATE',
    rank: 1,
    width: 10,
    draw: ({ broker }) => span(broker.state, broker.state === 'running' ? 'good' : 'warn'),
    sortValue: ({ broker }) => broker.state,
  },
  rack,
  { ...leaders, rank: 3 },
  { id: 'followers', header: 'FOLLOW', rank: 6, width: 6, isRight: true, draw: ({ followers }) => span(String(followers)) },
  { ...disk, rank: 2 },
  {
    id: 'free',
    header: 'FREE',
    rank: 8,
    width: 8,
    isRight: true,
    draw: ({ disk: own }) => (own?.freeBytes === undefined ? span('-', 'dim') : span(humanBytes(own.freeBytes))),
  },
  {
    id: 'up',
    header: 'UP',
    rank: 4,
    width: 6,
    isRight: true,
    isLive: true,
    draw: ({ broker }, { nowMs }) => span(formatSpan(nowMs - broker.startTimeMs)),
    sortValue: ({ broker }) => broker.startTimeMs,
  },
  { id: 'version', header: 'VERSION', rank: 5, width: 10, draw: ({ broker }) => span(broker.version) },
]

/** Columns of the partitions that are not as they should be. */
export const problemColumns: readonly ViewColumn<ProblemRow>[] = [
  { id: 'name', header: 'PROBLEM PARTITION', rank: 0, width: 0, draw: ({ name: of }) => span(of), sortValue: ({ name: of }) => of },
  {
    id: 'leader',
    header: 'LEADER',
    rank: 2,
    width: 6,
    isRight: true,
    draw: ({ partition }) => (partition.leader < 0 ? span('none', 'bad') : span(String(partition.leader))),
  },
  {
    id: 'preferred',
    header: 'PREF',
    rank: 3,
    width: 5,
    isRight: true,
    draw: ({ partition }) => span(String(partition.replicas[0] ?? '-')),
  },
  { id: 'replicas', header: 'REPLICAS', rank: 5, width: 10, draw: ({ partition }) => span(partition.replicas.join(',')) },
  { id: 'isr', header: 'ISR', rank: 4, width: 10, draw: ({ partition }) => span(partition.isr.join(',') || '-') },
  {
    id: 'state',
    header: 'STATE',
    rank: 1,
    width: 16,
    draw: ({ problem }) => span(problem, problem === 'no leader' ? 'bad' : 'warn'),
    sortValue: ({ problem }) => ['no leader', 'under-replicated', 'not preferred'].indexOf(problem),
  },
]
