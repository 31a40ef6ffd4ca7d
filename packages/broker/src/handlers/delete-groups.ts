import type { Apis, DeleteGroupsResponse } from '@kafka-ts/protocol'
import type { BrokerCore } from '../core.ts'
import type { Handler } from './handler.ts'
import { asItemError } from './item-error.ts'

/** Deletes groups without members; each succeeds or fails by itself. */
export const handleDeleteGroups: Handler<Apis['deleteGroups']> = async ({ core }, { groupIds }) => ({
  response: { groups: await deleteGroups(core, groupIds) },
})

/** One outcome a group, in order. */
export function deleteGroups(core: BrokerCore, groupIds: readonly string[]): Promise<DeleteGroupsResponse['groups']> {
  return Promise.all(groupIds.map(async (groupId) => ({ groupId, ...(await asItemError(() => core.groups.deleteGroup(groupId))) })))
}
