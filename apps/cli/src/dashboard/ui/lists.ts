import { isIssue, type NamedPartitionLag } from '@kafka-ts/lag'
import {
  type GroupRow,
  groupsOfTopic,
  type MemberRow,
  membersOf,
  type ProblemRow,
  type Snapshot,
  type TopicGroupRow,
} from '../model/snapshot.ts'
import { brokerColumns, problemColumns, topicColumns } from '../screens/cluster-columns.ts'
import { groupColumns } from '../screens/group-columns.ts'
import { memberColumns, topicGroupColumns } from '../screens/member-columns.ts'
import { type PartitionRow, partitionColumns } from '../screens/partition-columns.ts'
import { type ListView, listViewOf } from './list-view.ts'
import { type DashboardState, type ExactTime, placeOf } from './state.ts'

/** The list of the place on screen; undefined where there is none. */
export function listOf(state: DashboardState): ListView | undefined {
  const { snapshot, ui } = state
  if (snapshot === undefined) return undefined
  const place = placeOf(ui)
  switch (place.kind) {
    case 'groups':
      return groupList(state, snapshot)
    case 'topics':
      return listViewOf({
        name: 'topics',
        source: snapshot.topics,
        columns: topicColumns,
        settings: ui.lists.topics,
        keyOf: nameOf,
        textOf: nameOf,
      })
    case 'leaders':
      return problemList(state, snapshot)
    case 'brokers': {
      const keyOf = ({ nodeId }: { readonly nodeId: number }) => String(nodeId)
      const textOf = ({ nodeId, broker }: Snapshot['brokers'][number]) => `${nodeId} ${broker.host}:${broker.port}`
      return listViewOf({ name: 'brokers', source: snapshot.brokers, columns: brokerColumns, settings: ui.lists.brokers, keyOf, textOf })
    }
    case 'group':
      return place.tab === 'partitions' ? partitionList(state, place.groupId) : memberList(state, place.groupId)
    case 'topic':
      return listViewOf({
        name: 'topic-groups',
        source: topicGroups(snapshot, place.topic),
        columns: topicGroupColumns,
        settings: ui.lists['topic-groups'],
        keyOf: ({ groupId }) => groupId,
        textOf: ({ groupId }) => groupId,
      })
    case 'partition':
    case 'help':
    case 'reset':
      return undefined
  }
}

/** A group by its name. */
export function groupNamed({ snapshot }: Pick<DashboardState, 'snapshot'>, groupId: string): GroupRow | undefined {
  return snapshot?.groups.find((row) => row.groupId === groupId)
}

/** Whether a group is one to look into: its status says so, or nobody reads what it has left. */
export function isGroupIssue({ lag }: GroupRow): boolean {
  return isIssue(lag.status) || lag.totals.isBelowLogStart || (lag.status === 'EMPTY' && (lag.totals.lag ?? 0) > 0)
}

/** An empty group without lag: nobody misses it. */
export function isIdle({ lag }: GroupRow): boolean {
  return lag.status === 'EMPTY' && (lag.totals.lag ?? 0) === 0
}

function nameOf({ name }: { readonly name: string }): string {
  return name
}

function groupList({ ui }: DashboardState, { groups }: Snapshot): ListView {
  const { isIssuesOnly, showsEmpty } = ui
  return listViewOf({
    name: 'groups',
    source: groups,
    columns: groupColumns,
    settings: ui.lists.groups,
    keyOf: ({ groupId }) => groupId,
    textOf: ({ groupId }) => groupId,
    isShown: {
      flag: `${isIssuesOnly} ${showsEmpty}`,
      test: (row) => (showsEmpty || !isIdle(row)) && (!isIssuesOnly || isGroupIssue(row)),
    },
  })
}

function problemList({ ui }: DashboardState, { problems }: Snapshot): ListView {
  const only = ui.problem
  const keyOf = ({ name }: ProblemRow) => name
  return listViewOf({
    name: 'problems',
    source: problems,
    columns: problemColumns,
    settings: ui.lists.problems,
    keyOf,
    textOf: keyOf,
    isShown: { flag: String(only), test: ({ problem }) => only === undefined || problem === only },
  })
}

const NO_ROWS: readonly never[] = []

function partitionList(state: DashboardState, groupId: string): ListView {
  const row = groupNamed(state, groupId)
  const { isIssuesOnly } = state.ui
  return listViewOf({
    name: 'partitions',
    source: row === undefined ? NO_ROWS : partitionRows(row, state),
    columns: partitionColumns,
    settings: state.ui.lists.partitions,
    keyOf: ({ key }) => key,
    textOf: ({ key, owner }) => `${key} ${owner?.clientId ?? ''} ${owner?.host ?? ''}`,
    isShown: { flag: String(isIssuesOnly), test: ({ lag }) => !isIssuesOnly || isIssue(lag.status) || lag.isBelowLogStart },
  })
}

function memberList(state: DashboardState, groupId: string): ListView {
  const row = groupNamed(state, groupId)
  return listViewOf({
    name: 'members',
    source: row === undefined ? NO_ROWS : memberRows(row),
    columns: memberColumns,
    settings: state.ui.lists.members,
    keyOf: ({ memberId }) => memberId,
    textOf: ({ clientId, host, memberId }) => `${clientId} ${host} ${memberId}`,
  })
}

/** `payments/000003`: a key that also sorts as it should. */
export function partitionKey({ topic, partition }: Pick<NamedPartitionLag, 'topic' | 'partition'>): string {
  return `${topic}/${String(partition).padStart(6, '0')}`
}

const knownPartitions = new WeakMap<GroupRow, { readonly exactTimes: readonly ExactTime[]; readonly rows: readonly PartitionRow[] }>()

/** The partitions of a group, the same array for the same snapshot. */
export function partitionRows(
  row: GroupRow,
  { snapshot, exactTimes }: Pick<DashboardState, 'snapshot' | 'exactTimes'>,
): readonly PartitionRow[] {
  const known = knownPartitions.get(row)
  if (known?.exactTimes === exactTimes) return known.rows
  const owners = new Map(row.group.members.flatMap((member) => member.assignment.map((name) => [partitionKey(name), member] as const)))
  const topics = new Map(snapshot?.topics.map(({ name, topic }) => [name, topic]))
  const rows = row.lag.partitions.map((lag): PartitionRow => {
    const key = partitionKey(lag)
    return {
      key,
      lag,
      description: topics.get(lag.topic)?.partitions[lag.partition],
      owner: owners.get(key),
      exactTime: exactTimes.find((time) => time.groupId === row.groupId && partitionKey(time) === key),
    }
  })
  knownPartitions.set(row, { exactTimes, rows })
  return rows
}

const knownMembers = new WeakMap<GroupRow, readonly MemberRow[]>()

function memberRows(row: GroupRow): readonly MemberRow[] {
  const rows = knownMembers.get(row) ?? membersOf(row)
  knownMembers.set(row, rows)
  return rows
}

const knownTopicGroups = new WeakMap<Snapshot, Map<string, readonly TopicGroupRow[]>>()

function topicGroups(snapshot: Snapshot, topic: string): readonly TopicGroupRow[] {
  const byTopic = knownTopicGroups.get(snapshot) ?? new Map<string, readonly TopicGroupRow[]>()
  knownTopicGroups.set(snapshot, byTopic)
  const rows = byTopic.get(topic) ?? groupsOfTopic(snapshot, topic)
  byTopic.set(topic, rows)
  return rows
}
