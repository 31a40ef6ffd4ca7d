import type { ProduceRequest } from '@kafka-ts/protocol'
import { KafkaError } from '@kafka-ts/protocol'
import type { Flight } from './flight.ts'
import type { Acks } from './producer-types.ts'
import type { TopicQueues } from './topic-queues.ts'

/** A produce request with the bytes beside it, and its flights by `<topic id as text> <partition>`, as the answer names them. */
export interface ProduceRequestParts {
  readonly request: ProduceRequest
  readonly attachments: readonly Uint8Array[]
  readonly flights: Map<string, Flight>
}

export interface ProduceRequestOptions {
  readonly acks: Acks
  readonly timeoutMs: number
  readonly queuesOf: (topic: string) => TopicQueues | undefined
}

/** One request for flights to different partitions. Attachments come in the order of the partitions, and of the batches of each. */
export function buildProduceRequest(flights: readonly Flight[], options: ProduceRequestOptions): ProduceRequestParts {
  const byTopic = Map.groupBy(flights, ({ queue }) => queue.topic)
  const attachments: Uint8Array[] = []
  const byKey = new Map<string, Flight>()
  const topics = [...byTopic].map(([topic, ofTopic]) => {
    const metadata = options.queuesOf(topic)?.metadata
    if (metadata === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic "${topic}" is not known`)
    const partitions = ofTopic.map((flight) => {
      const { partition } = flight.queue
      let bytes = 0
      for (const { encoded } of flight.batches) {
        if (encoded === undefined) throw new TypeError('a batch was sent before it was encoded')
        attachments.push(encoded)
        bytes += encoded.length
      }
      byKey.set(`${metadata.topicIdText} ${partition}`, flight)
      return { partition, bytes }
    })
    return { topicId: metadata.topicId, partitions }
  })
  const acks = options.acks === 'all' ? -1 : options.acks
  return { request: { acks, timeoutMs: options.timeoutMs, topics }, attachments, flights: byKey }
}
