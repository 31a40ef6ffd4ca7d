import { defineApi } from '../api.ts'
import { OPERATIONS_NOT_ASKED_FOR } from '../authorized-operations.ts'
import { boolean, int8, int16, int32 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  includeClusterAuthorizedOperations: boolean,
  /** 1 brokers, 2 controllers. */
  endpointType: field(int8, { versions: '1+', default: 1 }),
})

const brokerResponse = struct({
  brokerId: int32,
  host: string,
  port: int32,
  rack: field(nullable(string), { default: null }),
})

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: field(nullable(string), { default: null }),
  endpointType: field(int8, { versions: '1+', default: 1 }),
  clusterId: string,
  controllerId: field(int32, { default: -1 }),
  brokers: array(brokerResponse),
  /** A bit an operation; the least int32 where not asked for. */
  clusterAuthorizedOperations: field(int32, { default: OPERATIONS_NOT_ASKED_FOR }),
})

/**
 * The cluster and its brokers (KIP-700).
 *
 * Version 1: endpoint type (KIP-919).
 */
export const describeCluster = defineApi({
  key: 60,
  name: 'DescribeCluster',
  versions: { min: 0, max: 1 },
  flexibleFrom: 0,
  request,
  response,
})

export type DescribeClusterRequest = Infer<typeof request>
export type DescribeClusterResponse = Draft<typeof response>
export type DescribeClusterBrokerResponse = Draft<typeof brokerResponse>
