import type { Apis } from '@kafka-ts/protocol'
import type { Handler } from './handler.ts'

/** Describes the cluster: this broker, which is its controller too. */
export const handleDescribeCluster: Handler<Apis['describeCluster']> = ({ core, connection }) => {
  const { host, port } = core.advertised.addressFor(connection)
  const { nodeId, clusterId, version, startTimeMs } = core
  return {
    response: { clusterId, controllerId: nodeId, brokers: [{ nodeId, host, port, rack: null, version, startTimeMs, state: 'running' }] },
  }
}
