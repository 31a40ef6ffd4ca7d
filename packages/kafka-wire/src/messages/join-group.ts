import { defineApi } from '../api.ts'
import { boolean, int16, int32 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, bytes, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  groupId: string,
  sessionTimeoutMs: int32,
  /** -1, as in version 0: the session timeout. */
  rebalanceTimeoutMs: field(int32, { versions: '1+', default: -1 }),
  /** Empty from a member that has none yet. */
  memberId: string,
  groupInstanceId: field(nullable(string), { versions: '5+', default: null }),
  protocolType: string,
  /** What the member can do, the one it likes best first. */
  protocols: array(struct({ name: string, metadata: bytes })),
  reason: field(nullable(string), { versions: '8+', default: null }),
})

const response = struct({
  throttleTimeMs: field(int32, { versions: '2+' }),
  errorCode: int16,
  generationId: field(int32, { default: -1 }),
  protocolType: field(nullable(string), { versions: '7+', default: null }),
  protocolName: nullable(string, '7+'),
  leader: string,
  skipAssignment: field(boolean, { versions: '9+', default: false }),
  memberId: string,
  /** Of the leader only. */
  members: array(
    struct({
      memberId: string,
      groupInstanceId: field(nullable(string), { versions: '5+', default: null }),
      metadata: bytes,
    }),
  ),
})

/**
 * Joins a group of the classic protocol, or takes part in its rebalance.
 *
 * Versions 0 and 1 stay: librdkafka before 2.11.0 loses group features without them (KAFKA-19444).
 * Version 4: a member id is given out first (KIP-394). 5: static members (KIP-345). 6: flexible. 7: protocol type (KIP-559).
 * 8: reason (KIP-800). 9: `skipAssignment` (KIP-814).
 */
export const joinGroup = defineApi({ key: 11, name: 'JoinGroup', versions: { min: 0, max: 9 }, flexibleFrom: 6, request, response })

export type JoinGroupRequest = Infer<typeof request>
export type JoinGroupResponse = Draft<typeof response>
