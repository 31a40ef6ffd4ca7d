import type { KafkaApis } from '@kafka-ts/kafka-wire'
import { syncError } from '../../coordinator/group/group-results.ts'
import { groupErrorOf } from '../../handlers/group-errors.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** From here on a member says which protocol it believes to be in (KIP-559). */
const PROTOCOL_VERSION = 5

/** Gives a member its assignment, once the leader has handed it in. */
export const handleSyncGroup: KafkaHandler<KafkaApis['syncGroup']> = async ({ core }, request, version) => {
  const isProtocolMissing = request.protocolType === null || request.protocolName === null
  if (version >= PROTOCOL_VERSION && isProtocolMissing) return { ...NO_THROTTLE, ...syncError('INCONSISTENT_GROUP_PROTOCOL') }
  try {
    return { ...NO_THROTTLE, ...(await core.groups.syncGroup(request)) }
  } catch (error) {
    return { ...NO_THROTTLE, ...syncError(groupErrorOf(error)) }
  }
}
