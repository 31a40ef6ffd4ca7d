import { defineApi } from '../api.ts'
import { int16, int32 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  groupId: string,
  generationId: int32,
  memberId: string,
  groupInstanceId: field(nullable(string), { versions: '3+', default: null }),
})

const response = struct({
  throttleTimeMs: field(int32, { versions: '1+' }),
  errorCode: int16,
})

/**
 * Keeps a member of a classic group alive, and tells it of rebalances.
 *
 * Version 3: static members (KIP-345). 4: flexible.
 */
export const heartbeat = defineApi({ key: 12, name: 'Heartbeat', versions: { min: 0, max: 4 }, flexibleFrom: 4, request, response })

export type HeartbeatRequest = Infer<typeof request>
export type HeartbeatResponse = Draft<typeof response>
