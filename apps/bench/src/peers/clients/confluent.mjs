// @confluentinc/kafka-javascript, which is librdkafka: its native interface, the faster of its two, with linger and batches as its docs advise for throughput.
import { randomUUID } from 'node:crypto'
import { requireOf, versionOf } from './packages.mjs'

const pollMs = 1
const readAtMost = 10_000
const readWithinMs = 50
/** Its own pause after a read that found nothing is half a second. */
const pauseMs = 1

export function open(job) {
  const { address, topic, partitions, compression } = job
  const rdkafka = requireOf(job, 'confluent')('@confluentinc/kafka-javascript')
  const connection = { 'bootstrap.servers': address }
  return {
    version: `${versionOf(job, 'confluent', '@confluentinc/kafka-javascript')}, librdkafka ${rdkafka.librdkafkaVersion}`,
    async createTopic() {
      const admin = rdkafka.AdminClient.create(connection)
      await called((done) => admin.createTopic({ topic, num_partitions: partitions, replication_factor: 1 }, done))
      admin.disconnect()
    },
    async producer(isPaced) {
      const producer = new rdkafka.Producer(
        {
          ...connection,
          dr_cb: true,
          'linger.ms': isPaced ? 0 : 5,
          'batch.size': 1_000_000,
          'compression.codec': compression,
          'queue.buffering.max.messages': 2 * job.windowRecords,
        },
        { acks: -1, partitioner: 'murmur2_random' },
      )
      await called((done) => producer.connect({}, done))
      // In a thread of its own it gets more reports a second; for a single one that is waited for, asking each millisecond is as quick.
      if (isPaced) producer.setPollInterval(pollMs)
      else producer.setPollInBackground(true)
      producer.on('delivery-report', (error, { opaque }) => opaque(error))
      return { send: (keys, values, from, end) => sendChunk(producer, { topic, keys, values, from, end }) }
    },
    async read(sink) {
      const consumer = new rdkafka.KafkaConsumer(
        {
          ...connection,
          'group.id': job.group ?? `bench-${randomUUID()}`,
          'enable.auto.commit': false,
          'fetch.message.max.bytes': 4 * 2 ** 20,
          'queued.min.messages': 1_000_000,
        },
        { 'auto.offset.reset': 'earliest' },
      )
      await called((done) => consumer.connect({}, done))
      if (job.group === undefined) consumer.assign(Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0 })))
      else consumer.subscribe([topic])
      consumer.setDefaultConsumeTimeout(readWithinMs)
      // In the paced run each record is handed over as it comes; otherwise as many as there are, up to a limit.
      if (job.kind === 'latency') return flow(consumer, sink)
      while (!sink.isDone()) {
        for (const { key, value } of await called((done) => consumer.consume(readAtMost, done)))
          sink.record(key.toString(), value.toString())
      }
    },
  }
}

function sendChunk(producer, { topic, keys, values, from, end }) {
  return new Promise((resolve, reject) => {
    let left = end - from
    const onReport = (error) => {
      if (error) reject(error)
      else if (--left === 0) resolve()
    }
    for (let index = from; index < end; index++) producer.produce(topic, null, Buffer.from(values[index]), keys[index], undefined, onReport)
  })
}

function flow(consumer, sink) {
  return new Promise((resolve, reject) => {
    consumer.on('event.error', reject)
    consumer.on('data', ({ key, value }) => {
      sink.record(key.toString(), value.toString())
      if (sink.isDone()) resolve()
    })
    consumer.setDefaultConsumeLoopTimeoutDelay(pauseMs)
    consumer.consume()
  })
}

/** A promise of what a function with a callback gives. */
function called(call) {
  return new Promise((resolve, reject) => {
    call((error, result) => (error ? reject(error) : resolve(result)))
  })
}
