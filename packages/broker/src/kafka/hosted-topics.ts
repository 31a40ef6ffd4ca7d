import { errorCode, uuidToString } from '@kafka-ts/protocol'
import { usableTopic } from '../controller/cluster-image.ts'
import type { BrokerCore } from '../core.ts'
import type { Partition } from '../partition/partition.ts'

/** The partitions of a topic on this broker, and the error of one that is not among them. */
export interface HostedTopic {
  readonly partitions: readonly Partition[] | undefined
  readonly missingCode: number
}

/** Most of Kafka's requests name topics: by name even where topic ids exist. */
export function hostedByName(core: BrokerCore, name: string): HostedTopic {
  const topic = usableTopic(core.controller.image, name)
  const partitions = topic === undefined ? undefined : core.partitions.topic(topic.id)
  return { partitions, missingCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION') }
}

export function hostedById(core: BrokerCore, topicId: Uint8Array): HostedTopic {
  const partitions = core.partitions.topic(uuidToString(topicId))
  return { partitions, missingCode: errorCode(partitions === undefined ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION') }
}
