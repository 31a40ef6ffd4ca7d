// @confluentinc/kafka-javascript through its other interface, which is like that of kafkajs: a promise a call, batches of records, in a group.
import { randomUUID } from 'node:crypto'
import { open as openNative } from './confluent.mjs'
import { requireOf } from './packages.mjs'

const readAtMost = 10_000

export function open(job) {
  const { address, topic, compression, windowRecords } = job
  const { Kafka } = requireOf(job, 'confluent')('@confluentinc/kafka-javascript').KafkaJS
  const kafka = new Kafka({ 'bootstrap.servers': address, log_level: 3 })
  const { version, createTopic } = openNative(job)
  return {
    version,
    createTopic,
    async producer(isPaced) {
      const producer = kafka.producer({
        acks: -1,
        'linger.ms': isPaced ? 0 : 5,
        'batch.size': 1_000_000,
        'compression.codec': compression,
        'queue.buffering.max.messages': 2 * windowRecords,
        partitioner: 'murmur2_random',
      })
      await producer.connect()
      return {
        send: (keys, values, from, end) => {
          const messages = []
          for (let index = from; index < end; index++) messages.push({ key: keys[index], value: values[index] })
          return producer.send({ topic, messages })
        },
      }
    },
    async read(sink) {
      const consumer = kafka.consumer({
        'group.id': job.group ?? `bench-${randomUUID()}`,
        'auto.offset.reset': 'earliest',
        'enable.auto.commit': false,
        'fetch.message.max.bytes': 4 * 2 ** 20,
        'queued.min.messages': 1_000_000,
        'js.consumer.max.batch.size': readAtMost,
      })
      await consumer.connect()
      await consumer.subscribe({ topic })
      const { promise: isComplete, resolve } = Promise.withResolvers()
      await consumer.run({
        partitionsConsumedConcurrently: job.partitions,
        eachBatch: async ({ batch }) => {
          for (const { key, value } of batch.messages) sink.record(key.toString(), value.toString())
          if (sink.isDone()) resolve()
        },
      })
      await isComplete
    },
  }
}
