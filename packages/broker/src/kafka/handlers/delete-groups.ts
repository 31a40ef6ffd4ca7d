import type { KafkaApis } from '@kafka-ts/kafka-wire'
import { deleteGroups } from '../../handlers/delete-groups.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Deletes groups without members; each succeeds or fails by itself. */
export const handleDeleteGroups: KafkaHandler<KafkaApis['deleteGroups']> = async ({ core }, { groupsNames }) => {
  const results = await deleteGroups(core, groupsNames)
  return { ...NO_THROTTLE, results: results.map(({ groupId, errorCode }) => ({ groupId, errorCode })) }
}
