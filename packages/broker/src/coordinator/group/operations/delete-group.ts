import { KafkaError } from '@kafka-ts/protocol'
import { recordDeletion } from '../consumer/membership.ts'
import type { GroupShard, GroupTurn } from '../group-shard.ts'

/** Deletes a group without members, and its offsets. Throws GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP. */
export function deleteGroup(shard: GroupShard, turn: GroupTurn, groupId: string): void {
  const group = shard.groups.get(groupId)
  if (group === undefined) throw new KafkaError('GROUP_ID_NOT_FOUND', `there is no group ${groupId}`)
  if (!group.isEmpty) throw new KafkaError('NON_EMPTY_GROUP', `group ${groupId} is ${group.state}: its members must leave first`)
  for (const { topic, partition } of shard.offsetsOf(groupId)?.all() ?? []) {
    turn.append({ type: 'offset', groupId, topic, partition, value: null })
  }
  if (group.type === 'consumer') recordDeletion(turn, group)
  else turn.append({ type: 'group', groupId, value: null })
}
