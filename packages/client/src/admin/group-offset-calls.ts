import {
  apis,
  KafkaError,
  NO_MEMBER_EPOCH,
  type OffsetFetchGroupResponse,
  type RequestOf,
  type ResponseOf,
  uuidToString,
} from '@kafka-ts/protocol'
import { askCoordinators } from '../cluster/ask-coordinators.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { readTopicMetadata } from '../cluster/topic-metadata.ts'
import type { TopicPartition } from '../record.ts'
import { topicName } from '../topic.ts'
import { itemError } from './admin-request.ts'
import type { AdminCallOptions, Outcome } from './admin-types.ts'
import { toOutcome } from './group-calls.ts'
import type { FetchGroupOffsetsOptions, GroupName, GroupOffset, NewGroupOffset } from './group-types.ts'

const NO_OFFSET = -1
const NO_LEADER_EPOCH = -1
/** Whoever looks after a group is no member of it. */
const OUTSIDER = { memberId: '', memberEpoch: NO_MEMBER_EPOCH } as const

export async function fetchGroupOffsets(
  cluster: Cluster,
  groupIds: readonly string[],
  options: FetchGroupOffsetsOptions,
): Promise<Outcome<GroupName, { readonly offsets: readonly GroupOffset[] }>[]> {
  const topics = options.topics === undefined ? undefined : new Set(options.topics.map(topicName))
  const outcomes = await askCoordinators<GroupOffset[]>(cluster, groupIds, {
    operation: 'offsetFetch',
    options,
    ask: async (nodeId, ofBroker) => {
      const groups = ofBroker.map((groupId) => ({ groupId, ...OUTSIDER, topics: null }))
      const connection = await cluster.coordinators.connect(nodeId)
      const request = { groups, requireStable: options.requireStable ?? false }
      const { response } = await connection.request(apis.offsetFetch, { request })
      const names = await cluster.topicNames.of(response.groups.flatMap((group) => group.topics.map(({ topicId }) => topicId)))
      return response.groups.map((group) => ({ groupId: group.groupId, ...readOffsets(group, names) }))
    },
  })
  return outcomes.map((outcome) =>
    toOutcome(outcome, (offsets) => ({ offsets: offsets.filter(({ topic }) => topics === undefined || topics.has(topic)) })),
  )
}

/** The offsets of a group; an error of one partition is one of the group, which is then asked for again. */
function readOffsets(group: OffsetFetchGroupResponse, names: ReadonlyMap<string, string>): { errorCode: number; value: GroupOffset[] } {
  const partitions = group.topics.flatMap((topic) => topic.partitions)
  const failed = partitions.find((partition) => partition.errorCode !== 0)
  const value = group.topics.flatMap(({ topicId, partitions: ofTopic }) => {
    const topic = names.get(uuidToString(topicId))
    if (topic === undefined) return []
    return ofTopic
      .filter(({ offset }) => offset !== NO_OFFSET)
      .map(({ partition, offset, leaderEpoch, metadata }) => ({ topic, partition, offset, leaderEpoch, metadata }))
  })
  return { errorCode: group.errorCode === 0 ? (failed?.errorCode ?? 0) : group.errorCode, value }
}

export function commitGroupOffsets(
  cluster: Cluster,
  groupId: string,
  { offsets, options }: { readonly offsets: readonly NewGroupOffset[]; readonly options: AdminCallOptions },
): Promise<Outcome<TopicPartition>[]> {
  for (const { topic, partition, offset } of offsets) {
    if (Number.isSafeInteger(offset) && offset >= 0) continue
    throw new KafkaError(
      'INVALID_ARGUMENT',
      `partition ${partition} of topic "${topic}": an offset is a whole number from 0 on, not ${offset}.`,
    )
  }
  return changeOffsets(cluster, apis.offsetCommit, {
    groupId,
    items: offsets,
    options,
    requestOf: (topics) => ({
      groupId,
      ...OUTSIDER,
      topics: topics.map(({ topicId, items }) => ({
        topicId,
        partitions: items.map(({ partition, offset, leaderEpoch = NO_LEADER_EPOCH, metadata = '' }) => ({
          partition,
          offset,
          leaderEpoch,
          metadata,
        })),
      })),
    }),
  })
}

export function deleteGroupOffsets(
  cluster: Cluster,
  groupId: string,
  { partitions, options }: { readonly partitions: readonly TopicPartition[]; readonly options: AdminCallOptions },
): Promise<Outcome<TopicPartition>[]> {
  return changeOffsets(cluster, apis.offsetDelete, {
    groupId,
    items: partitions,
    options,
    requestOf: (topics) => ({
      groupId,
      topics: topics.map(({ topicId, items }) => ({ topicId, partitions: items.map(({ partition }) => partition) })),
    }),
  })
}

type OffsetChangeApi = typeof apis.offsetCommit | typeof apis.offsetDelete

interface ItemsOfTopic<Item> {
  readonly topicId: Uint8Array
  readonly items: readonly Item[]
}

interface OffsetChange<A extends OffsetChangeApi, Item> {
  readonly groupId: string
  readonly items: readonly Item[]
  readonly options: AdminCallOptions
  readonly requestOf: (topics: readonly ItemsOfTopic<Item>[]) => RequestOf<A>
}

function changeOffsets<A extends OffsetChangeApi, Item extends TopicPartition>(
  cluster: Cluster,
  api: A,
  change: OffsetChange<A, Item>,
): Promise<Outcome<TopicPartition>[]> {
  return cluster.coordinators.offsetChanges.run(() => changeOffsetsNow(cluster, api, change))
}

/** Asks the coordinator to change offsets of one group. One outcome an item, in order; what is wrong with the whole is thrown. */
async function changeOffsetsNow<A extends OffsetChangeApi, Item extends TopicPartition>(
  cluster: Cluster,
  api: A,
  { groupId, items, options, requestOf }: OffsetChange<A, Item>,
): Promise<Outcome<TopicPartition>[]> {
  const topics = await findTopics(cluster, [...new Set(items.map(({ topic }) => topic))], options)
  const byTopic = Map.groupBy(items, ({ topic }) => topic)
  const request = requestOf(
    [...byTopic].flatMap(([topic, ofTopic]) => {
      const topicId = topics.get(topic)
      return topicId instanceof Uint8Array ? [{ topicId, items: ofTopic }] : []
    }),
  )
  const codes = await cluster.retrying(api.name, options, async () => {
    const { response } = await cluster.coordinators.request(groupId, api, { request })
    return codesByPartition(response)
  })
  return items.map(({ topic, partition }) => {
    const found = topics.get(topic)
    const code = found instanceof Uint8Array ? codes.get(`${partition} ${uuidToString(found)}`) : undefined
    const subject = `partition ${partition} of topic "${topic}"`
    const error = found instanceof KafkaError ? found : itemError(code === undefined ? undefined : { errorCode: code }, subject)
    return error === undefined ? { topic, partition } : { topic, partition, error }
  })
}

function codesByPartition({ topics }: ResponseOf<OffsetChangeApi>): Map<string, number> {
  const codes = new Map<string, number>()
  for (const { topicId, partitions } of topics) {
    for (const { partition, errorCode } of partitions) codes.set(`${partition} ${uuidToString(topicId)}`, errorCode)
  }
  return codes
}

/** The ids of topics by name, or why there is none. */
async function findTopics(
  cluster: Cluster,
  names: readonly string[],
  options: AdminCallOptions,
): Promise<ReadonlyMap<string, Uint8Array | KafkaError>> {
  const response = await cluster.retrying('metadata', options, () => cluster.metadata.query(names))
  const found = new Map<string, Uint8Array | KafkaError>()
  for (const topic of response.topics) {
    const metadata = readTopicMetadata(topic)
    if (topic.name !== null) found.set(topic.name, metadata instanceof KafkaError ? metadata : metadata.topicId)
  }
  return found
}
