import { defineApi } from '../api.ts'
import { int16, int32 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  /** Empty: all. */
  statesFilter: field(array(string), { versions: '4+' }),
  /** Empty: all. */
  typesFilter: field(array(string), { versions: '5+' }),
})

const groupResponse = struct({
  groupId: string,
  protocolType: string,
  groupState: field(string, { versions: '4+' }),
  /** classic or consumer. */
  groupType: field(string, { versions: '5+' }),
})

const response = struct({
  throttleTimeMs: field(int32, { versions: '1+' }),
  errorCode: int16,
  groups: array(groupResponse),
})

/**
 * The groups that a broker coordinates.
 *
 * Version 0 stays: librdkafka asks with it without looking. 3: flexible. 4: states (KIP-518). 5: types (KIP-848).
 */
export const listGroups = defineApi({ key: 16, name: 'ListGroups', versions: { min: 0, max: 5 }, flexibleFrom: 3, request, response })

export type ListGroupsRequest = Infer<typeof request>
export type ListGroupsResponse = Draft<typeof response>
export type ListGroupsGroupResponse = Draft<typeof groupResponse>
