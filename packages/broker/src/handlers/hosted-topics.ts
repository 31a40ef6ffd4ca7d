import { errorCode, uuidToString } from '@kafka-ts/protocol'
import { type TopicImage, usableTopic } from '../controller/cluster-image.ts'
import type { BrokerCore } from '../core.ts'
import type { Partition } from '../partition/partition.ts'

/** The partitions of a topic on this broker, and the error of one that is not among them. */
export interface HostedTopic {
  /** Empty where only an id is known and nothing has it. */
  readonly name: string
  readonly partitions: readonly Partition[] | undefined
  readonly missingCode: number
}

/** A topic as most of Kafka's requests name it. */
export function hostedByName(core: BrokerCore, name: string): HostedTopic {
  const topic = usableTopic(core.controller.image, name)
  return { name, partitions: partitionsOf(core, topic), missingCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION') }
}

/** A topic as the native requests name it, and the newer ones of Kafka's. */
export function hostedById(core: BrokerCore, topicId: Uint8Array): HostedTopic {
  const topic = core.controller.image.topicsById.get(uuidToString(topicId))
  const partitions = partitionsOf(core, topic)
  const missingCode = errorCode(partitions === undefined ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION')
  return { name: topic?.name ?? '', partitions, missingCode }
}

function partitionsOf(core: BrokerCore, topic: TopicImage | undefined): readonly Partition[] | undefined {
  return topic === undefined ? undefined : core.partitions.topic(topic.id)
}
