import type { ProduceRequest } from '@kafka-ts/protocol'
import { KafkaError } from '@kafka-ts/protocol'
import type { ProducerBatch } from './producer-batch.ts'
import type { Acks } from './producer-types.ts'
import type { TopicQueues } from './topic-queues.ts'

/** A produce request with the bytes beside it, and its batches by `<topic id as text> <partition>`, as the answer names them. */
export interface ProduceRequestParts {
  readonly request: ProduceRequest
  readonly attachments: readonly Uint8Array[]
  readonly batches: Map<string, ProducerBatch>
}

export interface ProduceRequestOptions {
  readonly acks: Acks
  readonly timeoutMs: number
  readonly queuesOf: (topic: string) => TopicQueues | undefined
}

/** One request for batches of different partitions, each encoded. Attachments come in the order of the partitions. */
export function buildProduceRequest(batches: readonly ProducerBatch[], options: ProduceRequestOptions): ProduceRequestParts {
  const byTopic = new Map<string, ProducerBatch[]>()
  for (const batch of batches) {
    const ofTopic = byTopic.get(batch.queue.topic)
    if (ofTopic === undefined) byTopic.set(batch.queue.topic, [batch])
    else ofTopic.push(batch)
  }
  const attachments: Uint8Array[] = []
  const byKey = new Map<string, ProducerBatch>()
  const topics = [...byTopic].map(([topic, ofTopic]) => {
    const metadata = options.queuesOf(topic)?.metadata
    if (metadata === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic "${topic}" is not known`)
    const partitions = ofTopic.map((batch) => {
      const encoded = batch.encoded as Uint8Array
      attachments.push(encoded)
      byKey.set(`${metadata.topicIdText} ${batch.queue.partition}`, batch)
      return { partition: batch.queue.partition, bytes: encoded.length }
    })
    return { topicId: metadata.topicId, partitions }
  })
  const acks = options.acks === 'all' ? -1 : options.acks
  return { request: { acks, timeoutMs: options.timeoutMs, topics }, attachments, batches: byKey }
}
