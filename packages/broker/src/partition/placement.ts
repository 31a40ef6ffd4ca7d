import { KafkaError } from '@kafka-ts/protocol'
import type { ClusterImage } from '../controller/cluster-image.ts'
import type { PartitionRecord } from '../controller/metadata-keys.ts'
import type { LogDirectories } from './log-directories.ts'

/** Gives `count` new partitions their one replica: on this broker, each in the online directory that then has the fewest. */
export function placePartitions(
  count: number,
  at: { readonly nodeId: number; readonly directories: LogDirectories; readonly image: ClusterImage },
): PartitionRecord[] {
  const { nodeId, directories, image } = at
  const counts = new Map<string, number>()
  for (const { directoryId } of directories.online()) if (directoryId !== undefined) counts.set(directoryId, 0)
  if (counts.size === 0) throw new KafkaError('KAFKA_STORAGE_ERROR', 'no data directory is online')
  if (counts.size > 1) countPartitions(image, counts)
  return Array.from({ length: count }, () => {
    const directoryId = fewest(counts)
    counts.set(directoryId, (counts.get(directoryId) ?? 0) + 1)
    return { leader: nodeId, leaderEpoch: 0, replicas: [nodeId], isr: [nodeId], directoryId }
  })
}

function countPartitions(image: ClusterImage, counts: Map<string, number>): void {
  for (const topic of image.topics.values()) {
    for (const { directoryId } of topic.partitions) {
      const present = counts.get(directoryId)
      if (present !== undefined) counts.set(directoryId, present + 1)
    }
  }
}

function fewest(counts: ReadonlyMap<string, number>): string {
  let best = ''
  let bestCount = Number.POSITIVE_INFINITY
  for (const [directoryId, count] of counts) {
    if (count >= bestCount) continue
    best = directoryId
    bestCount = count
  }
  return best
}
