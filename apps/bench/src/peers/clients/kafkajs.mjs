// kafkajs sends what one call is given as one batch a partition, so calls have many records; it reads batches, in a group, as it reads no other way.
import { randomUUID } from 'node:crypto'
import { requireOf, versionOf } from './packages.mjs'

export function open(job) {
  const { address, topic, partitions } = job
  const { Kafka, Partitioners, logLevel } = requireOf(job, 'node')('kafkajs')
  const kafka = new Kafka({ brokers: [address], clientId: 'bench', logLevel: logLevel.ERROR })
  return {
    version: versionOf(job, 'node', 'kafkajs'),
    async createTopic() {
      const admin = kafka.admin()
      await admin.connect()
      await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] })
      await admin.disconnect()
    },
    async producer() {
      const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
      await producer.connect()
      return {
        send: (keys, values, from, end) => {
          const messages = []
          for (let index = from; index < end; index++) messages.push({ key: keys[index], value: values[index] })
          return producer.send({ topic, acks: -1, messages })
        },
      }
    },
    async read(sink) {
      const consumer = kafka.consumer({ groupId: job.group ?? `bench-${randomUUID()}`, maxBytesPerPartition: 4 * 2 ** 20 })
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      const { promise: isComplete, resolve, reject } = Promise.withResolvers()
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
      await consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: partitions,
        eachBatch: async ({ batch }) => {
          for (const { key, value } of batch.messages) sink.record(key.toString(), value.toString())
          if (sink.isDone()) resolve()
        },
      })
      await isComplete
    },
  }
}
