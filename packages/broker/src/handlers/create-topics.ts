import {
  type Apis,
  type CreateTopicsRequest,
  type CreateTopicsTopicRequest,
  type CreateTopicsTopicResponse,
  KafkaError,
  uuidFromString,
  ZERO_UUID,
} from '@kafka-ts/protocol'
import type { NewTopic } from '../controller/controller.ts'
import type { BrokerCore } from '../core.ts'
import { topicConfigEntries } from './config-entries.ts'
import type { Handler } from './handler.ts'
import { asItemError, repeated } from './item-error.ts'

/** Makes topics, one after the other; each succeeds or fails by itself. */
export const handleCreateTopics: Handler<Apis['createTopics']> = async ({ core }, request) => ({
  response: { topics: await createTopics(core, request) },
})

/** One outcome a topic, in order. */
export async function createTopics(
  core: BrokerCore,
  request: Pick<CreateTopicsRequest, 'topics' | 'validateOnly'>,
): Promise<CreateTopicsTopicResponse[]> {
  const twice = repeated(request.topics.map(({ name }) => name))
  const topics: CreateTopicsTopicResponse[] = []
  for (const topic of request.topics)
    topics.push(await createOne(core, topic, { validateOnly: request.validateOnly, isTwice: twice.has(topic.name) }))
  return topics
}

async function createOne(
  core: BrokerCore,
  topic: CreateTopicsTopicRequest,
  options: { readonly validateOnly: boolean; readonly isTwice: boolean },
): Promise<CreateTopicsTopicResponse> {
  const { name } = topic
  let made: Pick<CreateTopicsTopicResponse, 'topicId' | 'numPartitions' | 'replicationFactor' | 'configs'> = {
    topicId: ZERO_UUID,
    numPartitions: -1,
    replicationFactor: -1,
    configs: [],
  }
  const error = await asItemError(async () => {
    if (options.isTwice) throw new KafkaError('INVALID_REQUEST', `topic ${name} is in the request twice`)
    const wanted = toNewTopic(core, topic)
    const { id, partitions } = await core.controller.createTopic(wanted, options)
    const configs = topicConfigEntries(core.config, wanted.overrides, { includeDocumentation: false })
    made = { topicId: options.validateOnly ? ZERO_UUID : uuidFromString(id), numPartitions: partitions, replicationFactor: 1, configs }
  })
  return { name, ...error, ...made }
}

function toNewTopic(
  core: BrokerCore,
  { name, numPartitions, replicationFactor, assignments, configs }: CreateTopicsTopicRequest,
): NewTopic {
  const overrides: Record<string, string> = Object.create(null)
  for (const config of configs) {
    if (config.value === null) throw new KafkaError('INVALID_CONFIG', `${config.name} needs a value`)
    overrides[config.name] = config.value
  }
  if (assignments.length === 0) return { name, partitions: numPartitions, replicationFactor, overrides }
  if (numPartitions !== -1 || replicationFactor !== -1) {
    throw new KafkaError('INVALID_REQUEST', 'a topic has either assignments, or a number of partitions and replicas')
  }
  const partitions = new Set(assignments.map(({ partition }) => partition))
  const isContiguous = partitions.size === assignments.length && assignments.every((_, index) => partitions.has(index))
  if (!isContiguous || !assignments.every(({ replicas }) => isOnlyReplica(core, replicas))) {
    throw new KafkaError(
      'INVALID_REPLICA_ASSIGNMENT',
      `assignments must name the partitions 0 to ${assignments.length - 1}, each with the one replica ${core.nodeId}`,
    )
  }
  return { name, partitions: assignments.length, replicationFactor: 1, overrides }
}

/** Whether the replicas are what a cluster of one broker can have. */
export function isOnlyReplica(core: BrokerCore, replicas: readonly number[]): boolean {
  return replicas.length === 1 && replicas[0] === core.nodeId
}
