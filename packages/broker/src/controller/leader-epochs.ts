import { MAX_TRANSACTION_OPERATIONS, type MetadataStore } from '@kafka-ts/metadata'
import type { ClusterImage } from './cluster-image.ts'
import { commit } from './commit.ts'
import { encodeValue, type PartitionRecord, partitionKey } from './metadata-keys.ts'

/**
 * Raises the leader epoch of every partition this broker leads, so that what it appends from now on is told from what a former
 * life appended and may have lost. Returns the revision at which all are raised. Throws when somebody else changed one meanwhile.
 */
export async function raiseLeaderEpochs(store: MetadataStore, image: ClusterImage, nodeId: number): Promise<number> {
  const led = [...image.topicsById.values()].flatMap(({ id, partitions }) =>
    partitions.filter(({ leader }) => leader === nodeId).map((partition) => ({ key: partitionKey(id, partition.partition), partition })),
  )
  let raisedAt = image.revision
  for (let from = 0; from < led.length; from += MAX_TRANSACTION_OPERATIONS) {
    const step = led.slice(from, from + MAX_TRANSACTION_OPERATIONS)
    const { succeeded, revision } = await commit(store, {
      compares: step.map(({ key, partition }) => ({ key, target: 'modRevision', equals: partition.modRevision })),
      success: step.map(({ key, partition }) => {
        const { leader, leaderEpoch, replicas, isr, directoryId } = partition
        const record: PartitionRecord = { leader, leaderEpoch: leaderEpoch + 1, replicas, isr, directoryId }
        return { type: 'put', key, value: encodeValue(record) }
      }),
    })
    if (!succeeded) throw new Error('the metadata was changed by another broker while this one started')
    raisedAt = revision
  }
  return raisedAt
}
