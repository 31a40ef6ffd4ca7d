import type { KafkaApis } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import { groupErrorOf } from '../group-errors.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Names the groups of this broker, those in certain states or of certain types where that is asked for. */
export const handleListGroups: KafkaHandler<KafkaApis['listGroups']> = async ({ core }, { statesFilter, typesFilter }) => {
  const isStateWanted = wanted(statesFilter)
  const isTypeWanted = wanted(typesFilter)
  try {
    const listed = await core.groups.listGroups()
    const groups = listed.filter(({ state, type }) => isStateWanted(state) && isTypeWanted(type))
    return {
      ...NO_THROTTLE,
      errorCode: errorCode('NONE'),
      groups: groups.map(({ groupId, protocolType, state, type }) => ({ groupId, protocolType, groupState: state, groupType: type })),
    }
  } catch (error) {
    return { ...NO_THROTTLE, errorCode: errorCode(groupErrorOf(error)), groups: [] }
  }
}

/** Whether something is in a filter, in whatever case it is written; an empty one lets everything through. */
function wanted(filter: readonly string[]): (word: string) => boolean {
  const words = new Set(filter.map((word) => word.toLowerCase()))
  return (word) => words.size === 0 || words.has(word.toLowerCase())
}
