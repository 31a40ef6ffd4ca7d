import type { ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, KafkaApis } from '@kafka-ts/kafka-wire'
import { errorCode, KafkaError, uuidFromString, uuidToString } from '@kafka-ts/protocol'
import type { ConsumerHeartbeatResult } from '../../coordinator/group/operations/consumer-heartbeat.ts'
import { groupErrorOf } from '../../handlers/group-errors.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** When a member that is on its way to another assignment is to ask again: nobody can push it what becomes free meanwhile. */
const RECONCILING_INTERVAL_MS = 250

/** Joins, keeps and leaves a group of the consumer protocol (KIP-848). Nothing is parked, since answers leave in the order of requests. */
export const handleConsumerGroupHeartbeat: KafkaHandler<KafkaApis['consumerGroupHeartbeat']> = async (context, request) => {
  const { core, connection, clientId } = context
  try {
    const { topicPartitions, ...heartbeat } = request
    const ownedPartitions = topicPartitions?.map(({ topicId, partitions }) => ({ topicId: uuidToString(topicId), partitions })) ?? null
    const client = { clientId: clientId ?? '', clientHost: `/${connection.remote.host}` }
    return toResponse(await core.groups.consumerGroupHeartbeat({ ...heartbeat, ownedPartitions, maxWaitMs: 0 }, client))
  } catch (error) {
    return toError(error, request)
  }
}

function toResponse({
  memberId,
  memberEpoch,
  heartbeatIntervalMs,
  assignment,
  isReconciling,
}: ConsumerHeartbeatResult): ConsumerGroupHeartbeatResponse {
  return {
    ...NO_THROTTLE,
    errorCode: errorCode('NONE'),
    memberId,
    memberEpoch,
    heartbeatIntervalMs: isReconciling ? Math.min(heartbeatIntervalMs, RECONCILING_INTERVAL_MS) : heartbeatIntervalMs,
    assignment:
      assignment === null
        ? null
        : {
            topicPartitions: assignment.map(({ topicId, partitions }) => ({
              topicId: uuidFromString(topicId),
              partitions: [...partitions],
            })),
          },
  }
}

function toError(error: unknown, { memberId, memberEpoch }: ConsumerGroupHeartbeatRequest): ConsumerGroupHeartbeatResponse {
  const name = groupErrorOf(error)
  return {
    ...NO_THROTTLE,
    // Kafka has no other word here for a group whose members speak the classic protocol.
    errorCode: errorCode(name === 'INCONSISTENT_GROUP_PROTOCOL' ? 'GROUP_ID_NOT_FOUND' : name),
    errorMessage: error instanceof KafkaError ? error.message : null,
    memberId,
    memberEpoch,
    heartbeatIntervalMs: 0,
  }
}
