import { type Apis, errorCode, type FetchPartitionResponse, type FetchRequest, type FetchResponse, uuidToString } from '@kafka-ts/protocol'
import type { BrokerCore } from '../core.ts'
import { type FetchOutcome, type FetchTarget, fetchRecords } from '../partition/fetch-records.ts'
import type { Handler, RequestContext } from './handler.ts'

/** Nobody waits longer than this, whatever they ask for: the connection would count as idle. */
const MAX_WAIT_MS = 300_000

/** Reads record batches of many partitions, waiting for some if there are none. */
export const handleFetch: Handler<Apis['fetch']> = async (context, request) => {
  const outcomes = await fetchFor(context, toTargets(context.core, request), request)
  return outcomes === undefined ? undefined : toReply(request, outcomes)
}

/** Reads the targets for a client within the limits of the broker. One outcome a target, in order; undefined once the client is gone. */
export async function fetchFor(
  { core, connection, readTurns }: RequestContext,
  targets: readonly FetchTarget[],
  wanted: Pick<FetchRequest, 'maxWaitMs' | 'minBytes' | 'maxBytes'>,
): Promise<readonly FetchOutcome[] | undefined> {
  const outcomes = await fetchRecords(targets, {
    maxWaitMs: Math.min(Math.max(wanted.maxWaitMs, 0), MAX_WAIT_MS),
    minBytes: wanted.minBytes,
    maxBytes: () => Math.min(Math.max(wanted.maxBytes, 0), core.config.values['fetch.max.bytes'], connection.maxResponseBytes),
    delayed: core.delayed,
    readTurns,
    nowMs: () => core.clock.monotonic(),
    whenWritable: () => connection.whenWritable(),
    onParked: (parked) => connection.onceClosed(() => parked.abandon()),
  })
  return connection.isOpen ? outcomes : undefined
}

function toTargets(core: BrokerCore, request: FetchRequest): FetchTarget[] {
  const targets: FetchTarget[] = []
  // Only brokers fetch as replicas, and there is no replication yet: whoever says so is not one.
  const isReplica = request.replicaId >= 0
  for (const { topicId, partitions } of request.topics) {
    const hosted = isReplica ? undefined : core.partitions.topic(uuidToString(topicId))
    const missing = isReplica ? 'TOPIC_AUTHORIZATION_FAILED' : hosted === undefined ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'
    const missingCode = errorCode(missing)
    for (const { partition, fetchOffset, maxBytes, currentLeaderEpoch } of partitions) {
      targets.push({ partition: hosted?.[partition], missingCode, fetchOffset, maxBytes: Math.max(maxBytes, 0), currentLeaderEpoch })
    }
  }
  return targets
}

/** With records or errors to tell, partitions without any are left out; else all are there, so that the client learns the offsets. */
function toReply(request: FetchRequest, outcomes: readonly FetchOutcome[]): { response: FetchResponse; attachments: Uint8Array[] } {
  const isTold = ({ bytes, errorCode: code }: FetchOutcome): boolean => bytes > 0 || code !== 0
  const isAll = !outcomes.some(isTold)
  const attachments: Uint8Array[] = []
  const topics: FetchResponse['topics'][number][] = []
  let slot = 0
  for (const topic of request.topics) {
    const partitions: FetchPartitionResponse[] = []
    for (const { partition } of topic.partitions) {
      const outcome = outcomes[slot++]
      if (outcome === undefined || !(isAll || isTold(outcome))) continue
      const { errorCode: code, highWatermark, lastStableOffset, logStartOffset, bytes, buffers } = outcome
      partitions.push({ partition, errorCode: code, highWatermark, lastStableOffset, logStartOffset, bytes })
      for (const buffer of buffers) attachments.push(buffer)
    }
    if (partitions.length > 0) topics.push({ topicId: topic.topicId, partitions })
  }
  return { response: { topics, throttleMs: 0 }, attachments }
}
