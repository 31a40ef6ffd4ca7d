import { CONSUMER_PROTOCOL_TYPE, readSubscribedTopics } from './consumer-protocol.ts'
import type { Group } from './group-shard.ts'

/**
 * The topics that the members of a group of consumers subscribed to. undefined: that cannot be known, since this is no such group,
 * or a client writes its metadata in a way of its own.
 */
export function subscribedTopics(group: Group): ReadonlySet<string> | undefined {
  if (group.type === 'consumer') return group.subscribedTopics()
  if (group.protocolType !== CONSUMER_PROTOCOL_TYPE) return undefined
  const topics = new Set<string>()
  for (const member of group.members.values()) {
    const subscribed = readSubscribedTopics(member.metadataFor(group.protocolName))
    if (subscribed === undefined) return undefined
    for (const topic of subscribed) topics.add(topic)
  }
  return topics
}
