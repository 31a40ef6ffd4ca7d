import { defineApi } from '../api.ts'
import { array, type Infer, int32, int64, nullable, string, struct, uint32 } from '../schema.ts'
import { MAX_BROKERS } from './limits.ts'

const request = struct({})

const broker = struct({
  nodeId: int32,
  host: string,
  port: uint32,
  rack: nullable(string),
  /** Of the broker's program. */
  version: string,
  /** When the broker started, milliseconds of its wall clock since 1970. */
  startTimeMs: int64,
  /** `running`, `starting`, `stopping` or `fenced`; a client takes any other word as it is. */
  state: string,
})

const response = struct({
  clusterId: string,
  /** -1: no controller at the moment. */
  controllerId: int32,
  brokers: array(broker, MAX_BROKERS),
})

/**
 * The cluster and its brokers, for people and tools (KIP-700, with version and state besides).
 *
 * Errors: CLUSTER_AUTHORIZATION_FAILED.
 */
export const describeCluster = defineApi({ key: 60, name: 'describeCluster', minVersion: 0, maxVersion: 0, request, response })

export type DescribeClusterRequest = Infer<typeof request>
export type DescribeClusterResponse = Infer<typeof response>
export type DescribedBroker = Infer<typeof broker>
