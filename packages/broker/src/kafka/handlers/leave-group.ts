import type { KafkaApis } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import { groupErrorOf } from '../../handlers/group-errors.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** From here on several members may leave at once (KIP-345). */
const BATCHED_VERSION = 3

/** Takes members out of their group. */
export const handleLeaveGroup: KafkaHandler<KafkaApis['leaveGroup']> = async ({ core }, { groupId, memberId, members }, version) => {
  const leavers = version < BATCHED_VERSION ? [{ memberId, groupInstanceId: null }] : members
  try {
    const codes = await core.groups.leaveGroup({ groupId, leavers })
    if (version < BATCHED_VERSION) return { ...NO_THROTTLE, errorCode: codes[0] ?? errorCode('NONE') }
    const left = leavers.map((leaver, index) => ({
      memberId: leaver.memberId,
      groupInstanceId: leaver.groupInstanceId,
      errorCode: codes[index] ?? errorCode('NONE'),
    }))
    return { ...NO_THROTTLE, errorCode: errorCode('NONE'), members: left }
  } catch (error) {
    return { ...NO_THROTTLE, errorCode: errorCode(groupErrorOf(error)), members: [] }
  }
}
