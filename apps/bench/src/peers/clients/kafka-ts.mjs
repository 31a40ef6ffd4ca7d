// The SDK of this repository, through the native door.
import { createRequire } from 'node:module'
import { Kafka, string, topic as topicOf } from '@kafka-ts/client'
import { eachRecord } from './each-record.mjs'

export function open({ address, topic, partitions }) {
  const kafka = new Kafka({ brokers: [address] })
  const target = topicOf(topic, { key: string(), value: string() })
  return {
    version: createRequire(import.meta.url)('@kafka-ts/client/package.json').version,
    createTopic: () => kafka.admin.createTopics([{ topic: target, partitions }]),
    producer(isPaced) {
      const producer = kafka.producer(isPaced ? { lingerMs: 0 } : {})
      return {
        send: (keys, values, from, end) =>
          eachRecord(from, end, (index) => producer.send(target, { key: keys[index], value: values[index] })),
      }
    },
    async read(sink) {
      const consumer = kafka.consumer({ topics: [target], from: 'earliest' })
      for await (const batch of consumer.batches()) {
        for (const { key, value } of batch) sink.record(key, value)
        if (sink.isDone()) break
      }
    },
  }
}
