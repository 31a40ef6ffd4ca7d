import type { Cluster } from '../../cluster/cluster.ts'
import { BatchingProducer } from '../../producer/producer.ts'
import type { TopicPartition } from '../../record.ts'
import { type TopicLike, topicName } from '../../topic.ts'
import type { StoredRecord } from './task.ts'

/** Why a record is a dead letter. */
export interface DeadLetterReason {
  readonly group: string
  readonly error: unknown
  readonly attempts: number
}

/** Writes records that cannot be worked on to topics for them. The producer is made with the first one. */
export class DeadLetters {
  readonly #cluster: Cluster
  #producer: BatchingProducer | undefined

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** Resolves when the record is acknowledged; rejects as `Producer.send` does. */
  async write(topic: TopicLike, from: TopicPartition, stored: StoredRecord, reason: DeadLetterReason): Promise<void> {
    this.#producer ??= new BatchingProducer(this.#cluster, {})
    const { key, value } = stored
    const headers = [...stored.headers, ...deadLetterHeaders(from, stored, reason)]
    await this.#producer.send(topicName(topic), { key, value, headers })
  }

  async close(): Promise<void> {
    await this.#producer?.close()
  }
}

/** Where the record was and why it is here; behind its own headers, so that the last of a name is the newest. */
function deadLetterHeaders({ topic, partition }: TopicPartition, stored: StoredRecord, reason: DeadLetterReason) {
  const { error } = reason
  const headers = {
    'dead-letter.topic': topic,
    'dead-letter.partition': String(partition),
    'dead-letter.offset': String(stored.offset),
    'dead-letter.timestamp': String(stored.timestamp),
    'dead-letter.group': reason.group,
    'dead-letter.attempts': String(reason.attempts),
    'dead-letter.error': error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  }
  return Object.entries(headers).map(([key, value]) => ({ key, value }))
}
