import type { DescribeClusterRequest, DescribeClusterResponse, KafkaApis } from '@kafka-ts/kafka-wire'
import { type ErrorName, errorByCode, errorCode } from '@kafka-ts/protocol'
import { CLUSTER_OPERATIONS } from '../authorized-operations.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

const BROKERS = 1
const CONTROLLERS = 2

/** Describes the cluster: this broker, which is its controller too. */
export const handleDescribeCluster: KafkaHandler<KafkaApis['describeCluster']> = ({ core, connection }, request) => {
  const { endpointType, includeClusterAuthorizedOperations } = request
  if (endpointType !== BROKERS) return refuse(request)
  const { nodeId, clusterId } = core
  const { host, port } = core.advertised.addressFor(connection)
  const brokers = [{ brokerId: nodeId, host, port }]
  const response = { ...NO_THROTTLE, errorCode: errorCode('NONE'), endpointType, clusterId, controllerId: nodeId, brokers }
  return includeClusterAuthorizedOperations ? { ...response, clusterAuthorizedOperations: CLUSTER_OPERATIONS } : response
}

/** Brokers do not tell of controllers as such (KIP-919). */
function refuse({ endpointType }: DescribeClusterRequest): DescribeClusterResponse {
  const name: ErrorName = endpointType === CONTROLLERS ? 'MISMATCHED_ENDPOINT_TYPE' : 'UNSUPPORTED_ENDPOINT_TYPE'
  const { code, meaning } = errorByCode(errorCode(name))
  return { ...NO_THROTTLE, errorCode: code, errorMessage: meaning, clusterId: '', brokers: [] }
}
