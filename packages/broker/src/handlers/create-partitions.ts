import {
  type Apis,
  type CreatePartitionsRequest,
  type CreatePartitionsResponse,
  type CreatePartitionsTopicRequest,
  KafkaError,
} from '@kafka-ts/protocol'
import type { BrokerCore } from '../core.ts'
import { isOnlyReplica } from './create-topics.ts'
import type { Handler } from './handler.ts'
import { asItemError, repeated } from './item-error.ts'

/** Adds partitions to topics; each succeeds or fails by itself. */
export const handleCreatePartitions: Handler<Apis['createPartitions']> = async ({ core }, request) => ({
  response: { topics: await createPartitions(core, request) },
})

/** One outcome a topic, in order. */
export async function createPartitions(
  core: BrokerCore,
  request: Pick<CreatePartitionsRequest, 'topics' | 'validateOnly'>,
): Promise<CreatePartitionsResponse['topics'][number][]> {
  const { validateOnly } = request
  const twice = repeated(request.topics.map(({ name }) => name))
  const topics: CreatePartitionsResponse['topics'][number][] = []
  for (const topic of request.topics) {
    const error = await asItemError(async () => {
      if (twice.has(topic.name)) throw new KafkaError('INVALID_REQUEST', `topic ${topic.name} is in the request twice`)
      checkAssignments(core, topic)
      await core.controller.createPartitions(topic.name, topic.totalCount, { validateOnly })
    })
    topics.push({ name: topic.name, ...error })
  }
  return topics
}

function checkAssignments(core: BrokerCore, { name, totalCount, assignments }: CreatePartitionsTopicRequest): void {
  if (assignments === null) return
  const present = core.controller.image.topics.get(name)?.partitions.length ?? 0
  if (assignments.length !== totalCount - present || !assignments.every((replicas) => isOnlyReplica(core, replicas))) {
    throw new KafkaError(
      'INVALID_REPLICA_ASSIGNMENT',
      `assignments must be given for each new partition, each with the one replica ${core.nodeId}`,
    )
  }
}
