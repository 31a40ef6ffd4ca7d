import { defineApi } from '../api.ts'
import { array, type Infer, string, struct } from '../schema.ts'
import { MAX_GROUPS } from './limits.ts'

const request = struct({
  /** Only groups in one of these states; empty: any. */
  states: array(string, 16),
  /** Only groups of one of these types, `classic` or `consumer`; empty: any. */
  types: array(string, 16),
})

const group = struct({
  groupId: string,
  /** `consumer` for consumers; empty where only offsets are known. */
  protocolType: string,
  state: string,
  /** `classic` or `consumer`. */
  type: string,
})

const response = struct({ groups: array(group, MAX_GROUPS) })

/**
 * The groups that the broker asked coordinates (KIP-518, KIP-848).
 *
 * Errors: COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, CLUSTER_AUTHORIZATION_FAILED.
 */
export const listGroups = defineApi({ key: 16, name: 'listGroups', minVersion: 0, maxVersion: 0, request, response })

export type ListGroupsRequest = Infer<typeof request>
export type ListGroupsResponse = Infer<typeof response>
export type ListedGroup = Infer<typeof group>
