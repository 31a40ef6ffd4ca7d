import type { FetchPartitionResponse, FetchRequest, FetchResponse, KafkaApis } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import type { BrokerCore } from '../../core.ts'
import { fetchFor } from '../../handlers/fetch.ts'
import { type HostedTopic, hostedById, hostedByName } from '../../handlers/hosted-topics.ts'
import type { FetchOutcome, FetchTarget } from '../../partition/fetch-records.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** From here on topics go by their ids only (KIP-516). */
const TOPIC_ID_VERSION = 13
const READ_COMMITTED = 1
/** Sessions are declined: every response says so, and the client sends whole requests. */
const NO_SESSION = 0
/** No transaction aborts here as long as there are none. */
const NO_ABORTED_TRANSACTIONS: readonly never[] = []

/** Reads record batches of many partitions, waiting for some if there are none. Every partition asked for is in the response. */
export const handleFetch: KafkaHandler<KafkaApis['fetch']> = async (context, request, version) => {
  if (isIncremental(request)) {
    return { ...NO_THROTTLE, errorCode: errorCode('FETCH_SESSION_ID_NOT_FOUND'), sessionId: NO_SESSION, responses: [] }
  }
  const outcomes = await fetchFor(context, toTargets(context.core, request, version), request)
  return outcomes === undefined ? undefined : toResponse(request, outcomes)
}

/** A request that only says what changed since the last one of its session (KIP-227). There is none it could belong to. */
function isIncremental({ sessionEpoch }: FetchRequest): boolean {
  return sessionEpoch > 0
}

function toTargets(core: BrokerCore, request: FetchRequest, version: number): FetchTarget[] {
  const targets: FetchTarget[] = []
  for (const { topic, topicId, partitions } of request.topics) {
    const hosted = isReplica(request) ? NOT_ALLOWED : version < TOPIC_ID_VERSION ? hostedByName(core, topic) : hostedById(core, topicId)
    for (const { partition, fetchOffset, partitionMaxBytes, currentLeaderEpoch } of partitions) {
      targets.push({
        partition: hosted.partitions?.[partition],
        missingCode: hosted.missingCode,
        fetchOffset,
        maxBytes: Math.max(partitionMaxBytes, 0),
        currentLeaderEpoch,
      })
    }
  }
  return targets
}

const NOT_ALLOWED: HostedTopic = { name: '', partitions: undefined, missingCode: errorCode('TOPIC_AUTHORIZATION_FAILED') }

/** Only brokers fetch as replicas, and there is no replication yet: whoever says so is not one. */
function isReplica({ replicaId, replicaState }: FetchRequest): boolean {
  return replicaId >= 0 || replicaState.replicaId >= 0
}

function toResponse(request: FetchRequest, outcomes: readonly FetchOutcome[]): FetchResponse {
  const abortedTransactions = request.isolationLevel === READ_COMMITTED ? NO_ABORTED_TRANSACTIONS : null
  let slot = 0
  const responses = request.topics.map(({ topic, topicId, partitions }) => ({
    topic,
    topicId,
    partitions: partitions.map(({ partition }) => ({
      ...toPartitionResponse(partition, outcomes[slot++] as FetchOutcome),
      abortedTransactions,
    })),
  }))
  return { ...NO_THROTTLE, sessionId: NO_SESSION, responses }
}

function toPartitionResponse(partitionIndex: number, outcome: FetchOutcome): Omit<FetchPartitionResponse, 'abortedTransactions'> {
  const { errorCode: code, highWatermark, lastStableOffset, logStartOffset, buffers } = outcome
  return { partitionIndex, errorCode: code, highWatermark, lastStableOffset, logStartOffset, records: buffers }
}
