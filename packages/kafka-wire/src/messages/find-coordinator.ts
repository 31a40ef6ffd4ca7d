import { defineApi } from '../api.ts'
import { int8, int16, int32 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  key: field(string, { versions: '0-3' }),
  /** 0 group, 1 transaction, 2 share group. */
  keyType: field(int8, { versions: '1+', default: 0 }),
  coordinatorKeys: field(array(string), { versions: '4+' }),
})

const coordinatorResponse = struct({
  key: string,
  nodeId: int32,
  host: string,
  port: int32,
  errorCode: int16,
  errorMessage: nullable(string),
})

const response = struct({
  throttleTimeMs: field(int32, { versions: '1+' }),
  errorCode: field(int16, { versions: '0-3' }),
  errorMessage: field(nullable(string), { versions: '1-3' }),
  nodeId: field(int32, { versions: '0-3' }),
  host: field(string, { versions: '0-3' }),
  port: field(int32, { versions: '0-3' }),
  coordinators: field(array(coordinatorResponse), { versions: '4+' }),
})

/**
 * Which broker coordinates a group or a transaction, from version 4 on for several keys (KIP-699).
 *
 * Version 1: key type (KIP-98). 3: flexible. 5: TRANSACTION_ABORTABLE may be answered (KIP-890). 6: share groups (KIP-932).
 */
export const findCoordinator = defineApi({
  key: 10,
  name: 'FindCoordinator',
  versions: { min: 0, max: 6 },
  flexibleFrom: 3,
  request,
  response,
})

export type FindCoordinatorRequest = Infer<typeof request>
export type FindCoordinatorResponse = Draft<typeof response>
export type FindCoordinatorCoordinatorResponse = Draft<typeof coordinatorResponse>
