import type { ClassicGroup } from './classic-group.ts'
import { CONSUMER_PROTOCOL_TYPE, readSubscribedTopics } from './consumer-protocol.ts'

/**
 * The topics that the members of a classic group of consumers subscribed to. undefined: that cannot be known, since this is no such group,
 * or a client writes its metadata in a way of its own.
 */
export function subscribedTopics(group: ClassicGroup): ReadonlySet<string> | undefined {
  if (group.protocolType !== CONSUMER_PROTOCOL_TYPE) return undefined
  const topics = new Set<string>()
  for (const member of group.members.values()) {
    const subscribed = readSubscribedTopics(member.metadataFor(group.protocolName))
    if (subscribed === undefined) return undefined
    for (const topic of subscribed) topics.add(topic)
  }
  return topics
}
