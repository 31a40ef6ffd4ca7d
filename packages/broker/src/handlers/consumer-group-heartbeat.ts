import { type Apis, KafkaError } from '@kafka-ts/protocol'
import { fromWire, toWire } from './group-topics.ts'
import type { Handler, RequestContext } from './handler.ts'

/** Joins, keeps and leaves a consumer group. The answer may wait until there is news for the member; who hangs up is not waited for. */
export const handleConsumerGroupHeartbeat: Handler<Apis['consumerGroupHeartbeat']> = async (context, request) => {
  const { core, connection, peer } = context
  const { ownedPartitions, maxWaitMs } = request
  if (maxWaitMs < 0) throw new KafkaError('INVALID_REQUEST', `maxWaitMs must not be negative, and is ${maxWaitMs}`)
  const heartbeat = core.groups.consumerGroupHeartbeat(
    { ...request, ownedPartitions: ownedPartitions === null ? null : fromWire(ownedPartitions) },
    { clientId: peer.clientId, clientHost: `/${connection.remote.host}` },
  )
  const result = await orGone(connection, heartbeat)
  if (result === undefined) return undefined
  const { memberEpoch, heartbeatIntervalMs, sessionTimeoutMs, assignment } = result
  return {
    response: { memberEpoch, heartbeatIntervalMs, sessionTimeoutMs, assignment: assignment === null ? null : toWire(assignment) },
  }
}

/** What `promise` gives; undefined once the connection is gone, so that nothing of it is held for the rest of the wait. */
async function orGone<T>(connection: RequestContext['connection'], promise: Promise<T>): Promise<T | undefined> {
  const { promise: gone, resolve } = Promise.withResolvers<undefined>()
  const takeBack = connection.onceClosed(() => resolve(undefined))
  try {
    return await Promise.race([promise, gone])
  } finally {
    takeBack()
  }
}
