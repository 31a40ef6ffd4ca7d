// @platformatic/kafka sends what one call is given as one batch a partition, so calls have many records; it reads a stream, in a group, as it reads no other way.
import { randomUUID } from 'node:crypto'
import { requireOf, versionOf } from './packages.mjs'

/** `isDone` is asked once in so many records. */
const askEvery = 256

export async function open(job) {
  const { address, topic, partitions, compression } = job
  const { Admin, Consumer, Producer, stringDeserializers, stringSerializers } = await import(
    requireOf(job, 'node').resolve('@platformatic/kafka')
  )
  const connection = { clientId: 'bench', bootstrapBrokers: [address] }
  return {
    version: versionOf(job, 'node', '@platformatic/kafka'),
    async createTopic() {
      const admin = new Admin(connection)
      await admin.createTopics({ topics: [topic], partitions, replicas: 1 })
      await admin.close()
    },
    producer() {
      const producer = new Producer({ ...connection, serializers: stringSerializers, autocreateTopics: false })
      return {
        send: (keys, values, from, end) => {
          const messages = []
          for (let index = from; index < end; index++) messages.push({ topic, key: keys[index], value: values[index] })
          return producer.send({ messages, acks: -1, compression })
        },
      }
    },
    async read(sink) {
      const consumer = new Consumer({
        ...connection,
        groupId: job.group ?? `bench-${randomUUID()}`,
        deserializers: stringDeserializers,
        autocommit: false,
        maxBytes: 4 * 2 ** 20,
        highWaterMark: 16_384,
      })
      const stream = await consumer.consume({ topics: [topic], mode: 'earliest' })
      const { promise: isComplete, resolve, reject } = Promise.withResolvers()
      let read = 0
      let isOver = false
      stream.on('error', reject)
      stream.on('data', ({ key, value }) => {
        if (isOver) return
        sink.record(key, value)
        if ((++read % askEvery === 0 || job.kind !== 'consume' || read === job.count) && sink.isDone()) {
          isOver = true
          resolve()
        }
      })
      await isComplete
    },
  }
}
