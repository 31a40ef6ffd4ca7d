import type { KafkaApis } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import { groupErrorOf } from '../../handlers/group-errors.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Keeps a member in its group. */
export const handleHeartbeat: KafkaHandler<KafkaApis['heartbeat']> = async ({ core }, request) => {
  try {
    return { ...NO_THROTTLE, errorCode: await core.groups.heartbeat(request) }
  } catch (error) {
    return { ...NO_THROTTLE, errorCode: errorCode(groupErrorOf(error)) }
  }
}
