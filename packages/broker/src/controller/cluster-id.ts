import type { MetadataStore } from '@kafka-ts/metadata'
import { StorageError } from '@kafka-ts/storage'
import { commit } from './commit.ts'
import { CLUSTER_KEY, type ClusterRecord, decodeValue, encodeValue } from './metadata-keys.ts'

/** The layout of the metadata's keys and values that this version writes and reads. */
const METADATA_FORMAT_VERSION = 1

/**
 * The id of the cluster that both the metadata and the data directories belong to; the first broker writes it into the metadata. Throws
 * `StorageError` `FOREIGN` when they do not agree, `NEWER_FORMAT` when a newer version wrote the metadata.
 */
export async function ensureClusterId(store: MetadataStore, directoryClusterId: string): Promise<string> {
  const { entry } = await store.get(CLUSTER_KEY)
  if (entry === undefined) return createCluster(store, directoryClusterId)
  const { clusterId, formatVersion } = decodeValue<ClusterRecord>(entry.value)
  if (formatVersion > METADATA_FORMAT_VERSION) {
    throw new StorageError(
      'NEWER_FORMAT',
      `the metadata has format version ${formatVersion}, this kafka-ts reads up to ${METADATA_FORMAT_VERSION}: use a newer one`,
    )
  }
  if (clusterId !== directoryClusterId) {
    throw new StorageError(
      'FOREIGN',
      `the data directory belongs to cluster ${directoryClusterId}, the metadata in it to ${clusterId}: put back the one that belongs there`,
    )
  }
  return clusterId
}

async function createCluster(store: MetadataStore, clusterId: string): Promise<string> {
  const record: ClusterRecord = { clusterId, formatVersion: METADATA_FORMAT_VERSION }
  const { succeeded } = await commit(store, {
    compares: [{ key: CLUSTER_KEY, target: 'version', equals: 0 }],
    success: [{ type: 'put', key: CLUSTER_KEY, value: encodeValue(record) }],
  })
  // Another broker was first: it says which cluster this is.
  return succeeded ? clusterId : ensureClusterId(store, clusterId)
}
