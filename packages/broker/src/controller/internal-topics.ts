import type { BrokerConfig } from '../config/broker-config.ts'
import type { NewTopic } from './controller.ts'

/** Where groups keep their state and their committed offsets. */
export const GROUP_METADATA_TOPIC = '__consumer_offsets'

/** Kafka's setting for it: small segments, so that few bytes are read again once they are cleaned. */
const SEGMENT_BYTES = 100 * 2 ** 20

/** Whether a topic is the broker's own: clients may read it, and must not produce to it. */
export function isInternalTopic(name: string): boolean {
  return name === GROUP_METADATA_TOPIC
}

/** How an internal topic is made: compacted, and nothing of it deleted for its age or size. */
export function internalTopic(name: typeof GROUP_METADATA_TOPIC, { values }: BrokerConfig): NewTopic {
  return {
    name,
    partitions: values['offsets.topic.num.partitions'],
    replicationFactor: -1,
    overrides: {
      'cleanup.policy': 'compact',
      'compression.type': 'producer',
      'message.timestamp.type': 'CreateTime',
      'retention.bytes': '-1',
      'retention.ms': '-1',
      'segment.bytes': String(SEGMENT_BYTES),
    },
  }
}
