import { defineApi } from '../api.ts'
import { int16, int32 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  groupId: string,
  memberId: field(string, { versions: '0-2' }),
  members: field(
    array(
      struct({
        memberId: string,
        groupInstanceId: field(nullable(string), { default: null }),
        reason: field(nullable(string), { versions: '5+', default: null }),
      }),
    ),
    { versions: '3+' },
  ),
})

const response = struct({
  throttleTimeMs: field(int32, { versions: '1+' }),
  errorCode: int16,
  /** In the order of the request. */
  members: field(array(struct({ memberId: string, groupInstanceId: nullable(string), errorCode: int16 })), { versions: '3+' }),
})

/**
 * Leaves a classic group, from version 3 on for several members (KIP-345).
 *
 * Version 4: flexible. 5: reason (KIP-800).
 */
export const leaveGroup = defineApi({ key: 13, name: 'LeaveGroup', versions: { min: 0, max: 5 }, flexibleFrom: 4, request, response })

export type LeaveGroupRequest = Infer<typeof request>
export type LeaveGroupResponse = Draft<typeof response>
