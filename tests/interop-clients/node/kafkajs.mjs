// kafkajs, driven by NDJSON. It reads through consumer groups only: each read is a group of its own.
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { compressionsAlgorithms } from '@platformatic/kafka'
import kafkajs from 'kafkajs'
import { address, decode, encode, serve } from './ndjson.mjs'

const { CompressionCodecs, CompressionTypes, ConfigResourceTypes, Kafka, logLevel, Partitioners } = kafkajs
const { version } = createRequire(import.meta.url)('kafkajs/package.json')
const kafka = new Kafka({ brokers: [address], clientId: 'interop', logLevel: logLevel.NOTHING, retry: { retries: 2 } })
const codecs = { none: CompressionTypes.None, gzip: CompressionTypes.GZIP }
const deadlineMs = 20_000

// It reads these with a plug-in only.
for (const [type, name] of [
  [CompressionTypes.Snappy, 'snappy'],
  [CompressionTypes.LZ4, 'lz4'],
  [CompressionTypes.ZSTD, 'zstd'],
]) {
  CompressionCodecs[type] = () => ({ decompress: async (bytes) => Buffer.from(compressionsAlgorithms[name].decompressSync(bytes)) })
}

async function produce({ topic, partition, codec, idempotent = false, records }) {
  const producer = kafka.producer({ idempotent, createPartitioner: Partitioners.DefaultPartitioner, retry: { retries: 2 } })
  await producer.connect()
  try {
    const messages = records.map((record) => ({
      partition,
      key: decode(record.key),
      value: decode(record.value),
      headers: headersOf(record),
      timestamp: String(record.timestamp),
    }))
    const [written] = await producer.send({ topic, acks: -1, compression: codecs[codec], messages })
    return { offsets: records.map((_, index) => Number(written.baseOffset) + index) }
  } finally {
    await producer.disconnect()
  }
}

async function consume({ topic, partitions, from, count }) {
  const starts = typeof from === 'object' ? await withAdmin((admin) => admin.fetchTopicOffsetsByTimestamp(topic, from.timestamp)) : []
  return withConsumer({ topic, groupId: `interop-${randomUUID()}`, fromBeginning: from !== 'end' }, async (consumer) => {
    const reading = read(consumer, { count, partitions })
    for (const { partition, offset } of starts) consumer.seek({ topic, partition, offset })
    return { records: await reading }
  })
}

/** Reads on where the group is, `count` records, and commits them. */
function consumeInGroup({ topic, groupId, count }) {
  return withConsumer({ topic, groupId, fromBeginning: true }, async (consumer) => {
    const records = await read(consumer, { count })
    const next = new Map(records.map(({ partition, offset }) => [partition, offset + 1]))
    await consumer.commitOffsets(Array.from(next, ([partition, offset]) => ({ topic, partition, offset: String(offset) })))
    return { records }
  })
}

/** Runs one call on a consumer that has subscribed. */
async function withConsumer({ topic, groupId, fromBeginning }, call) {
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200 })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning })
    return await call(consumer)
  } finally {
    await consumer.disconnect()
  }
}

async function read(consumer, { count, partitions }) {
  const records = []
  const { promise: complete, resolve } = Promise.withResolvers()
  const deadline = setTimeout(resolve, deadlineMs)
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => {
      const isWanted = partitions === undefined || partitions.includes(partition)
      if (isWanted && records.length < count) records.push(described(partition, message))
      if (records.length >= count) resolve()
    },
  })
  await complete
  clearTimeout(deadline)
  return records
}

function described(partition, { offset, timestamp, key, value, headers = {} }) {
  return {
    partition,
    offset: Number(offset),
    timestamp: Number(timestamp),
    key: encode(key),
    value: encode(value),
    headers: Object.entries(headers).flatMap(([name, held]) => [held].flat().map((bytes) => [name, encode(bytes)])),
  }
}

/** An object of arrays: repeated names stay in order as long as they stand together. */
function headersOf({ headers }) {
  const named = {}
  for (const [name, value] of headers) {
    named[name] ??= []
    named[name].push(decode(value))
  }
  return named
}

/** Runs one call on the admin client. */
async function withAdmin(call) {
  const admin = kafka.admin({ retry: { retries: 2 } })
  await admin.connect()
  try {
    return await call(admin)
  } finally {
    await admin.disconnect()
  }
}

/** Topics, configs, offsets and partitions in one walk; what each step answered goes back. */
function administer({ topic }) {
  return withAdmin(async (admin) => {
    const created = await admin.createTopics({
      topics: [{ topic, numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '60000' }] }],
    })
    const createdAgain = await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] })
    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic }
    const entriesOf = async () =>
      (await admin.describeConfigs({ includeSynonyms: false, resources: [resource] })).resources[0].configEntries
    const configs = await entriesOf()
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: '120000' }] }],
    })
    const altered = await entriesOf()
    const metadata = await admin.fetchTopicMetadata({ topics: [topic] })
    const cluster = await admin.describeCluster()
    const offsets = await admin.fetchTopicOffsets(topic)
    const offsetsByTimestamp = await admin.fetchTopicOffsetsByTimestamp(topic, Date.now())
    const listed = await admin.listTopics()
    await admin.deleteTopics({ topics: [topic] })
    const listedAfterDelete = await admin.listTopics()
    return { created, createdAgain, configs, altered, metadata, cluster, offsets, offsetsByTimestamp, listed, listedAfterDelete }
  })
}

/** Drops the records before an offset, and says where the log begins then. */
function deleteRecords({ topic, partition, before }) {
  return withAdmin(async (admin) => {
    // It deletes only in topics whose metadata it has seen.
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(before) }] })
    const offsets = await admin.fetchTopicOffsets(topic)
    return { offsets: offsets.filter((one) => one.partition === partition) }
  })
}

await serve(
  { version },
  {
    createTopic: ({ topic, partitions }) =>
      withAdmin((admin) => admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] })).then(
        (created) => ({ created }),
      ),
    listTopics: () => withAdmin(async (admin) => ({ topics: await admin.listTopics() })),
    produce,
    consume,
    consumeInGroup,
    administer,
    deleteRecords,
  },
)
