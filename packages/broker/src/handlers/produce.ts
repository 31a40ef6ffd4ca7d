import { type Apis, errorCode, KafkaError, type ProduceRequest, type ProduceResponse, uuidToString } from '@kafka-ts/protocol'
import { isInternalTopic } from '../controller/internal-topics.ts'
import type { BrokerCore } from '../core.ts'
import type { AppendOutcome } from '../partition/ack-queue.ts'
import { type ProduceTarget, produceRecords, produceWithoutAck } from '../partition/produce-records.ts'
import type { Handler, RequestContext } from './handler.ts'

const ACKS_ALL = -1
/** The client wants no answer. */
export const NO_ACKS = 0
const ACKS_LEADER = 1
const NO_RECORD_ERRORS: ProduceResponse['topics'][number]['partitions'][number]['recordErrors'] = []

/** Appends record batches. */
export const handleProduce: Handler<Apis['produce']> = (context, request, attachments) => {
  const outcomes = produceFor(context, toTargets(context.core, request, attachments), request)
  return outcomes?.then((settled) => ({ response: toResponse(request, settled) }))
}

/**
 * Appends for a client. One outcome a target, in order; undefined with acks 0, where a failure closes the connection. One replica leads and
 * is in sync, so acks 1 and all both wait until the records are durable. Throws INVALID_REQUIRED_ACKS.
 */
export function produceFor(
  { core, connection }: RequestContext,
  targets: readonly ProduceTarget[],
  { acks, timeoutMs }: Pick<ProduceRequest, 'acks' | 'timeoutMs'>,
): Promise<readonly AppendOutcome[]> | undefined {
  if (acks !== ACKS_ALL && acks !== NO_ACKS && acks !== ACKS_LEADER)
    throw new KafkaError('INVALID_REQUIRED_ACKS', `acks must be 0, 1 or -1 (all), not ${acks}`)
  const allowed = targets.some(isInternal) ? targets.map((target) => (isInternal(target) ? refused(target) : target)) : targets
  if (acks !== NO_ACKS) return produceRecords(allowed, { timeoutMs, delayed: core.delayed })
  produceWithoutAck(allowed, (outcome) => connection.closeGently(`a produce with acks=0 failed: error ${outcome.errorCode}`))
  return undefined
}

function isInternal({ partition }: ProduceTarget): boolean {
  return partition !== undefined && isInternalTopic(partition.topic)
}

/** What clients wrote there would become the state of groups. Kafka's code for it. */
function refused(target: ProduceTarget): ProduceTarget {
  return { ...target, partition: undefined, missingCode: errorCode('INVALID_TOPIC_EXCEPTION') }
}

/** Cuts the attachments by the lengths of the request, uncopied. */
function toTargets(core: BrokerCore, request: ProduceRequest, attachments: Uint8Array): ProduceTarget[] {
  const targets: ProduceTarget[] = []
  let position = 0
  for (const { topicId, partitions } of request.topics) {
    const hosted = core.partitions.topic(uuidToString(topicId))
    const missingCode = errorCode(hosted === undefined ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION')
    for (const { partition, bytes } of partitions) {
      const end = position + bytes
      if (end > attachments.length) break
      targets.push({ partition: hosted?.[partition], missingCode, records: attachments.subarray(position, end) })
      position = end
    }
  }
  const count = request.topics.reduce((sum, topic) => sum + topic.partitions.length, 0)
  if (position !== attachments.length || targets.length !== count) {
    throw new KafkaError('INVALID_REQUEST', `the lengths of the request do not add up to its ${attachments.length} bytes of records`)
  }
  return targets
}

function toResponse(request: ProduceRequest, outcomes: readonly AppendOutcome[]): ProduceResponse {
  let slot = 0
  const topics = request.topics.map(({ topicId, partitions }) => ({
    topicId,
    partitions: partitions.map(({ partition }) => {
      const outcome = outcomes[slot++] as AppendOutcome
      return {
        partition,
        errorCode: outcome.errorCode,
        errorMessage: outcome.errorMessage ?? null,
        baseOffset: outcome.baseOffset,
        logAppendTimeMs: outcome.logAppendTimeMs,
        logStartOffset: outcome.logStartOffset,
        recordErrors: NO_RECORD_ERRORS,
      }
    }),
  }))
  return { topics, throttleMs: 0 }
}
