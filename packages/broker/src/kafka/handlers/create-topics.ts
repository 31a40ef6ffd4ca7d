import type { CreateTopicsTopicRequest, CreateTopicsTopicResponse, KafkaApis } from '@kafka-ts/kafka-wire'
import type {
  ConfigEntry,
  CreateTopicsTopicRequest as NativeTopicRequest,
  CreateTopicsTopicResponse as NativeTopicResponse,
} from '@kafka-ts/protocol'
import { createTopics } from '../../handlers/create-topics.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Makes topics; each succeeds or fails by itself. */
export const handleCreateTopics: KafkaHandler<KafkaApis['createTopics']> = async ({ core }, { topics, validateOnly }) => {
  const outcomes = await createTopics(core, { topics: topics.map(toNative), validateOnly })
  return { ...NO_THROTTLE, topics: outcomes.map(fromNative) }
}

function toNative({ assignments, ...topic }: CreateTopicsTopicRequest): NativeTopicRequest {
  return { ...topic, assignments: assignments.map(({ partitionIndex, brokerIds }) => ({ partition: partitionIndex, replicas: brokerIds })) }
}

function fromNative({ configs, ...topic }: NativeTopicResponse): CreateTopicsTopicResponse {
  return { ...topic, configs: configs.map(toConfig) }
}

function toConfig({ name, value, isReadOnly, source, isSensitive }: ConfigEntry) {
  return { name, value, readOnly: isReadOnly, configSource: source, isSensitive }
}
