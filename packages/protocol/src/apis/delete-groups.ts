import { defineApi } from '../api.ts'
import { array, type Infer, int16, nullable, string, struct } from '../schema.ts'
import { MAX_GROUPS } from './limits.ts'

const request = struct({ groupIds: array(string, MAX_GROUPS) })

const response = struct({
  /** In the order of the request. */
  groups: array(struct({ groupId: string, errorCode: int16, errorMessage: nullable(string) }), MAX_GROUPS),
})

/**
 * Deletes groups without members, with their offsets; each succeeds or fails by itself.
 *
 * Errors of a group: GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, GROUP_AUTHORIZATION_FAILED. KIP-229.
 */
export const deleteGroups = defineApi({ key: 42, name: 'deleteGroups', minVersion: 0, maxVersion: 0, request, response })

export type DeleteGroupsRequest = Infer<typeof request>
export type DeleteGroupsResponse = Infer<typeof response>
