// @confluentinc/kafka-javascript, which is librdkafka, driven by NDJSON. argv: address, the directory it was compiled in.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { address, decode, encode, serve } from './ndjson.mjs'

const require = createRequire(join(process.argv[3], 'package.json'))
const rdkafka = require('@confluentinc/kafka-javascript')
const { version } = require('@confluentinc/kafka-javascript/package.json')
const deadlineMs = 20_000
const offsetBeginning = -2
const offsetEnd = -1

function createTopic({ topic, partitions }) {
  const admin = rdkafka.AdminClient.create({ 'bootstrap.servers': address })
  const created = called((done) => admin.createTopic({ topic, num_partitions: partitions, replication_factor: 1 }, done))
  return created.then(() => ({})).finally(() => admin.disconnect())
}

async function listTopics() {
  const admin = rdkafka.AdminClient.create({ 'bootstrap.servers': address })
  try {
    return { topics: await called((done) => admin.listTopics({}, done)) }
  } finally {
    admin.disconnect()
  }
}

async function produce({ topic, partition, codec, idempotent = false, records }) {
  const producer = new rdkafka.HighLevelProducer({
    'bootstrap.servers': address,
    'compression.codec': codec,
    'enable.idempotence': idempotent,
    'linger.ms': 50,
    'message.timeout.ms': 15_000,
  })
  await called((done) => producer.connect({}, done))
  try {
    const sent = records.map(({ key, value, headers, timestamp }) =>
      called((done) =>
        producer.produce(
          topic,
          partition,
          decode(value),
          decode(key),
          timestamp,
          headers.map(([name, bytes]) => ({ [name]: decode(bytes) })),
          done,
        ),
      ),
    )
    return { offsets: await Promise.all(sent) }
  } finally {
    await called((done) => producer.disconnect(done))
  }
}

async function consume({ topic, partitions, from, count }) {
  const consumer = new rdkafka.KafkaConsumer(
    { 'bootstrap.servers': address, 'group.id': 'unused', 'enable.auto.commit': false },
    { 'auto.offset.reset': 'error' },
  )
  await called((done) => consumer.connect({}, done))
  try {
    consumer.assign(await startOf(consumer, { topic, partitions, from }))
    return { records: await read(consumer, count) }
  } finally {
    await called((done) => consumer.disconnect(done))
  }
}

/** Reads on where the group is, at least `count` records, and commits all of them. */
async function consumeInGroup({ topic, groupId, protocol, count }) {
  const consumer = new rdkafka.KafkaConsumer(
    { 'bootstrap.servers': address, 'group.id': groupId, 'group.protocol': protocol, 'enable.auto.commit': false },
    { 'auto.offset.reset': 'earliest' },
  )
  await called((done) => consumer.connect({}, done))
  try {
    consumer.subscribe([topic])
    const records = await read(consumer, count)
    consumer.commitSync(null)
    return { records }
  } finally {
    await called((done) => consumer.disconnect(done))
  }
}

async function read(consumer, count) {
  consumer.setDefaultConsumeTimeout(200)
  const records = []
  const deadline = Date.now() + deadlineMs
  while (records.length < count && Date.now() < deadline) {
    const messages = await called((done) => consumer.consume(count - records.length, done))
    records.push(...messages.map(described))
  }
  return records
}

async function startOf(consumer, { topic, partitions, from }) {
  if (typeof from === 'object') {
    const wanted = partitions.map((partition) => ({ topic, partition, offset: from.timestamp }))
    return called((done) => consumer.offsetsForTimes(wanted, deadlineMs, done))
  }
  return partitions.map((partition) => ({ topic, partition, offset: from === 'start' ? offsetBeginning : offsetEnd }))
}

function described({ partition, offset, timestamp, key, value, headers }) {
  const pairs = (headers ?? []).flatMap((header) => Object.entries(header).filter(([, bytes]) => bytes === null || Buffer.isBuffer(bytes)))
  return {
    partition,
    offset,
    timestamp,
    key: encode(key),
    value: encode(value),
    headers: pairs.map(([name, bytes]) => [name, encode(bytes)]),
  }
}

/** A promise of what a function with a callback gives. */
function called(call) {
  return new Promise((resolve, reject) => {
    call((error, result) => (error ? reject(error) : resolve(result)))
  })
}

await serve({ version, librdkafka: rdkafka.librdkafkaVersion }, { createTopic, listTopics, produce, consume, consumeInGroup })
