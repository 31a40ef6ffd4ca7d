import { defineApi } from '../api.ts'
import { array, type Infer, int16, int32, nullable, string, struct } from '../schema.ts'
import { MAX_GROUPS } from './limits.ts'

const request = struct({ groupIds: array(string, MAX_GROUPS) })

const response = struct({
  /** In the order of the request. */
  coordinators: array(
    struct({
      groupId: string,
      errorCode: int16,
      errorMessage: nullable(string),
      /** The broker to ask about the group; -1 with an error. Its address is in the metadata. */
      brokerId: int32,
    }),
    MAX_GROUPS,
  ),
})

/**
 * Which broker coordinates each of some groups. The first one asked for makes the internal topic of the groups.
 *
 * Errors of a group: INVALID_GROUP_ID, COORDINATOR_NOT_AVAILABLE, GROUP_AUTHORIZATION_FAILED. KIP-699.
 */
export const findCoordinator = defineApi({ key: 10, name: 'findCoordinator', minVersion: 0, maxVersion: 0, request, response })

export type FindCoordinatorRequest = Infer<typeof request>
export type FindCoordinatorResponse = Infer<typeof response>
