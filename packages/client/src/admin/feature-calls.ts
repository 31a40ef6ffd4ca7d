import { apiByKey } from '@kafka-ts/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import type { AdminCallOptions, ApiSupport, BrokerFeatures } from './admin-types.ts'

export function describeFeatures(cluster: Cluster, options: AdminCallOptions & { readonly broker?: number }): Promise<BrokerFeatures> {
  return cluster.retrying('hello', options, async () => {
    // The metadata tell where the broker is; without a broker named any connection will do.
    if (options.broker !== undefined) await cluster.metadata.query([])
    const { hello } = await cluster.connect(options.broker)
    const { brokerId, clusterId, maxFrameBytes, maxBatchBytes, maxInFlight } = hello
    return { nodeId: brokerId, clusterId, maxFrameBytes, maxBatchBytes, maxInFlight, apis: hello.apis.map(toSupport) }
  })
}

interface SpokenApi {
  readonly key: number
  readonly minVersion: number
  readonly maxVersion: number
}

function toSupport({ key, minVersion, maxVersion }: SpokenApi): ApiSupport {
  const api = apiByKey(key)
  const version = api === undefined ? -1 : Math.min(api.maxVersion, maxVersion)
  const isCommon = api !== undefined && version >= Math.max(api.minVersion, minVersion)
  return { key, name: api?.name ?? null, minVersion, maxVersion, usedVersion: isCommon ? version : null }
}
