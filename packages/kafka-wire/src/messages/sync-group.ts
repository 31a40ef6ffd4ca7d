import { defineApi } from '../api.ts'
import { int16, int32 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, bytes, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  groupId: string,
  generationId: int32,
  memberId: string,
  groupInstanceId: field(nullable(string), { versions: '3+', default: null }),
  protocolType: field(nullable(string), { versions: '5+', default: null }),
  protocolName: field(nullable(string), { versions: '5+', default: null }),
  /** From the leader only. */
  assignments: array(struct({ memberId: string, assignment: bytes })),
})

const response = struct({
  throttleTimeMs: field(int32, { versions: '1+' }),
  errorCode: int16,
  protocolType: field(nullable(string), { versions: '5+', default: null }),
  protocolName: field(nullable(string), { versions: '5+', default: null }),
  assignment: bytes,
})

/**
 * Hands in the assignment of a classic group (the leader), and takes one's own (everyone).
 *
 * Version 3: static members (KIP-345). 4: flexible. 5: protocol type and name (KIP-559).
 */
export const syncGroup = defineApi({ key: 14, name: 'SyncGroup', versions: { min: 0, max: 5 }, flexibleFrom: 4, request, response })

export type SyncGroupRequest = Infer<typeof request>
export type SyncGroupResponse = Draft<typeof response>
