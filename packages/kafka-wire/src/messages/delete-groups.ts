import { defineApi } from '../api.ts'
import { int16, int32 } from '../fixed-types.ts'
import type { Draft, Infer } from '../schema.ts'
import { array, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  groupsNames: array(string),
})

const response = struct({
  throttleTimeMs: int32,
  results: array(struct({ groupId: string, errorCode: int16 })),
})

/**
 * Deletes groups without members (KIP-229).
 *
 * Version 2: flexible.
 */
export const deleteGroups = defineApi({ key: 42, name: 'DeleteGroups', versions: { min: 0, max: 2 }, flexibleFrom: 2, request, response })

export type DeleteGroupsRequest = Infer<typeof request>
export type DeleteGroupsResponse = Draft<typeof response>
