import { KafkaError } from '@kafka-ts/protocol'
import { string } from '../codecs.ts'
import type { Kafka } from '../kafka.ts'
import type { CompressionName } from '../producer/producer-types.ts'
import { topic } from '../topic.ts'
import type { ConsumerOptions } from './consumer-types.ts'

/** The topic of the consumers' tests. */
export const orders = topic('orders', { key: string(), value: string() })
export type Orders = typeof orders
/** Its first partition. */
export const first = { topic: 'orders', partition: 0 }

/** What `write` writes: `value <n>` for each n of [from, to). */
export interface WriteOptions {
  readonly from?: number
  readonly to: number
  readonly partition?: number
  readonly compression?: CompressionName
  readonly batchRecords?: number
  readonly keyOf?: (n: number) => string | null
}

/** Writes numbered values with growing timestamps, one batch each `batchRecords`. */
export async function write(kafka: Kafka, options: WriteOptions): Promise<void> {
  const { from = 0, to, partition = 0, compression = 'none', batchRecords = 10, keyOf = (n) => `key ${n}` } = options
  const producer = kafka.producer({ compression, lingerMs: 60_000 })
  for (let at = from; at < to; at += batchRecords) {
    const records = Array.from({ length: Math.min(batchRecords, to - at) }, (_, index) => ({
      key: keyOf(at + index),
      value: `value ${at + index}`,
      timestamp: 1_000 + at + index,
      partition,
    }))
    const sent = producer.sendMany(orders, records)
    await producer.flush()
    await sent
  }
  await producer.close()
}

export function values(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `value ${from + index}`)
}

/** Everything that a consumer without a group reads to the end. */
export async function read(kafka: Kafka, options: Partial<ConsumerOptions<Orders>>): Promise<string[]> {
  const found: string[] = []
  for await (const { value } of kafka.consumer({ topics: [orders], until: 'end', ...options } as ConsumerOptions<Orders>)) found.push(value)
  return found
}

/** The KafkaError that the promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<KafkaError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof KafkaError) return error
    throw error
  }
  throw new TypeError('what was to fail did not')
}
