import type { KafkaApis } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import type { GroupCoordinator } from '../../coordinator/group/group-coordinator.ts'
import { groupErrorOf } from '../group-errors.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Deletes groups without members; each succeeds or fails by itself. */
export const handleDeleteGroups: KafkaHandler<KafkaApis['deleteGroups']> = async ({ core }, { groupsNames }) => {
  const results = await Promise.all(
    groupsNames.map(async (groupId) => ({ groupId, errorCode: errorCode(await deleteOne(core.groups, groupId)) })),
  )
  return { ...NO_THROTTLE, results }
}

async function deleteOne(groups: GroupCoordinator, groupId: string): Promise<Parameters<typeof errorCode>[0]> {
  try {
    await groups.deleteGroup(groupId)
    return 'NONE'
  } catch (error) {
    return groupErrorOf(error)
  }
}
