import { uuidToString } from '@kafka-ts/protocol'
import { type ClusterImage, emptyImage, type TopicImage } from '../../controller/cluster-image.ts'

/** A topic of `count` partitions on broker 1. */
export function topicImage(name: string, count: number, idByte: number): TopicImage {
  const idBytes = new Uint8Array(16).fill(idByte)
  const partitions = Array.from({ length: count }, (_, partition) => ({
    partition,
    leader: 1,
    leaderEpoch: 0,
    replicas: [1],
    isr: [1],
    directoryId: 'd',
    modRevision: 1,
  }))
  return { name, id: uuidToString(idBytes), idBytes, partitions, targetPartitions: undefined, overrides: {}, modRevision: 1 }
}

/** An image of these topics. */
export function imageOf(topics: readonly TopicImage[], revision = 1): ClusterImage {
  return {
    ...emptyImage,
    revision,
    topics: new Map(topics.map((topic) => [topic.name, topic])),
    topicsById: new Map(topics.map((topic) => [topic.id, topic])),
  }
}
