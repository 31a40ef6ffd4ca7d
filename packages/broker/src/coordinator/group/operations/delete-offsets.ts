import { errorCode, KafkaError } from '@kafka-ts/protocol'
import { CONSUMER_PROTOCOL_TYPE } from '../consumer-protocol.ts'
import type { GroupShard, GroupTurn } from '../group-shard.ts'
import { subscribedTopics } from '../subscribed-topics.ts'

export interface OffsetToDelete {
  readonly topic: string
  readonly partition: number
}

/**
 * Forgets offsets, but for those of topics that the group is subscribed to (KIP-496); one error code each, in order.
 * Throws GROUP_ID_NOT_FOUND, and NON_EMPTY_GROUP for a group of which nobody knows what it is subscribed to.
 */
export function deleteOffsets(
  shard: GroupShard,
  turn: GroupTurn,
  { groupId, offsets }: { readonly groupId: string; readonly offsets: readonly OffsetToDelete[] },
): readonly number[] {
  const group = shard.groups.get(groupId)
  if (group === undefined) throw new KafkaError('GROUP_ID_NOT_FOUND', `there is no group ${groupId}`)
  if (!group.isEmpty && group.protocolType !== CONSUMER_PROTOCOL_TYPE) throw new KafkaError('NON_EMPTY_GROUP')
  const subscribed = group.isEmpty ? new Set<string>() : subscribedTopics(group)
  const committed = shard.offsetsOf(groupId)
  return offsets.map(({ topic, partition }) => {
    if (subscribed?.has(topic) !== false) return errorCode('GROUP_SUBSCRIBED_TO_TOPIC')
    if (committed?.get(topic, partition) !== undefined) turn.append({ type: 'offset', groupId, topic, partition, value: null })
    return errorCode('NONE')
  })
}
