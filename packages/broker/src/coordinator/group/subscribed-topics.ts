import type { ClassicGroup } from './classic-group.ts'
import { BytesReader, FIELDS_AT } from './records/bytes-reader.ts'
import { RecordFormatError } from './records/record-format-error.ts'

/** The protocol type of consumers, the one whose metadata is not opaque: it begins with the topics of the member. */
export const CONSUMER_PROTOCOL_TYPE = 'consumer'

/**
 * The topics that the members of a group of consumers subscribed to (`ConsumerProtocolSubscription`). undefined: that cannot be known,
 * since this is no such group, or a client writes its metadata in a way of its own.
 */
export function subscribedTopics(group: ClassicGroup): ReadonlySet<string> | undefined {
  if (group.protocolType !== CONSUMER_PROTOCOL_TYPE) return undefined
  const topics = new Set<string>()
  try {
    for (const member of group.members.values()) {
      const reader = new BytesReader(member.metadataFor(group.protocolName), { isFlexible: false, position: FIELDS_AT })
      for (const topic of reader.array(() => reader.string())) topics.add(topic)
    }
  } catch (error) {
    if (error instanceof RecordFormatError) return undefined
    throw error
  }
  return topics
}
