import type { GroupShard, GroupTurn } from '../group-shard.ts'

/** Records of one turn: what is left comes in the next one. */
const MAX_RECORDS = 10_000

/** Forgets offsets of topics that are gone: a later topic of that name begins at its own start. False: there is more to do. */
export function forgetTopics(shard: GroupShard, turn: GroupTurn, isGone: (topic: string) => boolean): boolean {
  for (const groupId of shard.groups.keys()) {
    for (const [topic, partitions] of shard.offsetsOf(groupId)?.topics() ?? []) {
      if (!isGone(topic)) continue
      for (const partition of partitions.keys()) turn.append({ type: 'offset', groupId, topic, partition, value: null })
    }
    if (turn.records.length >= MAX_RECORDS) return false
  }
  return true
}
