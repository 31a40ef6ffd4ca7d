// What the two ways to send with the SDK of this repository have in common.
import { createRequire } from 'node:module'
import { Kafka, string, topic as topicOf } from '@kafka-ts/client'

export function openSdk({ address, topic, partitions, compression, group }, sendWith) {
  const kafka = new Kafka({ brokers: [address] })
  const target = topicOf(topic, { key: string(), value: string() })
  return {
    version: createRequire(import.meta.url)('@kafka-ts/client/package.json').version,
    createTopic: () => kafka.admin.createTopics([{ topic: target, partitions }]),
    producer: (isPaced) => ({ send: sendWith(kafka.producer({ compression, ...(isPaced ? { lingerMs: 0 } : {}) }), target) }),
    async read(sink) {
      const consumer = kafka.consumer({ topics: [target], from: 'earliest', ...(group === undefined ? {} : { group }) })
      for await (const batch of consumer.batches()) {
        for (const { key, value } of batch) sink.record(key, value)
        if (sink.isDone()) break
      }
    },
  }
}
