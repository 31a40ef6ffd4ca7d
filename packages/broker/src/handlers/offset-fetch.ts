import { type Apis, errorCode, type OffsetFetchGroupResponse, type OffsetFetchRequest, type TopicPartitions } from '@kafka-ts/protocol'
import type { FetchedTopic } from '../coordinator/group/operations/fetch-offsets.ts'
import type { BrokerCore } from '../core.ts'
import { groupErrorOf } from './group-errors.ts'
import type { Handler } from './handler.ts'
import { hostedById } from './hosted-topics.ts'

type RequestedGroup = OffsetFetchRequest['groups'][number]
type AnsweredTopic = OffsetFetchGroupResponse['topics'][number]
type Fetched = FetchedTopic['partitions'][number]

/** Tells how far groups are. Nothing is ever held open by a transaction, so every offset is stable. */
export const handleOffsetFetch: Handler<Apis['offsetFetch']> = async ({ core }, { groups }) => ({
  response: { groups: await Promise.all(groups.map((group) => fetchGroup(core, group))) },
})

async function fetchGroup(core: BrokerCore, group: RequestedGroup): Promise<OffsetFetchGroupResponse> {
  const { groupId, topics } = group
  try {
    const answered = topics === null ? await fetchAll(core, group) : await fetchSome(core, group, topics)
    return { groupId, errorCode: errorCode('NONE'), topics: answered }
  } catch (error) {
    return { groupId, errorCode: errorCode(groupErrorOf(error)), topics: [] }
  }
}

async function fetchAll(core: BrokerCore, { groupId, ...member }: RequestedGroup): Promise<AnsweredTopic[]> {
  const fetched = await core.groups.fetchOffsets(groupId, null, member)
  return fetched.flatMap(({ topic, partitions }) => {
    // A topic that was deleted a moment ago has no id any more; its offsets are about to go too.
    const topicId = core.controller.image.topics.get(topic)?.idBytes
    return topicId === undefined ? [] : [{ topicId, partitions: partitions.map(toPartition) }]
  })
}

async function fetchSome(core: BrokerCore, { groupId, ...member }: RequestedGroup, topics: TopicPartitions): Promise<AnsweredTopic[]> {
  const hosted = topics.map(({ topicId }) => hostedById(core, topicId))
  const wanted = topics.map(({ partitions }, index) => ({ topic: hosted[index]?.name as string, partitions }))
  const fetched = await core.groups.fetchOffsets(groupId, wanted, member)
  return fetched.map(({ partitions }, index) => {
    const { topicId } = topics[index] as TopicPartitions[number]
    const isKnown = hosted[index]?.partitions !== undefined
    return { topicId, partitions: partitions.map(isKnown ? toPartition : toUnknown) }
  })
}

function toPartition({ partition, committed }: Fetched): AnsweredTopic['partitions'][number] {
  const { offset = -1, leaderEpoch = -1, metadata = '' } = committed ?? {}
  return { partition, errorCode: errorCode('NONE'), offset, leaderEpoch, metadata }
}

function toUnknown({ partition }: Fetched): AnsweredTopic['partitions'][number] {
  return { ...toPartition({ partition, committed: undefined }), errorCode: errorCode('UNKNOWN_TOPIC_ID') }
}
