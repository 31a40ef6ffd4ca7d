import type { KafkaApis } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import { groupErrorOf } from '../../handlers/group-errors.ts'
import { listGroups } from '../../handlers/list-groups.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Names the groups of this broker, those in certain states or of certain types where that is asked for. */
export const handleListGroups: KafkaHandler<KafkaApis['listGroups']> = async ({ core }, { statesFilter, typesFilter }) => {
  try {
    const groups = await listGroups(core, { states: statesFilter, types: typesFilter })
    return {
      ...NO_THROTTLE,
      errorCode: errorCode('NONE'),
      groups: groups.map(({ groupId, protocolType, state, type }) => ({ groupId, protocolType, groupState: state, groupType: type })),
    }
  } catch (error) {
    return { ...NO_THROTTLE, errorCode: errorCode(groupErrorOf(error)), groups: [] }
  }
}
