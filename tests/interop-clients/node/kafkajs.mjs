// kafkajs, driven by NDJSON. It reads through consumer groups only.
import { createRequire } from 'node:module'
import kafkajs from 'kafkajs'
import { address, decode, serve } from './ndjson.mjs'

const { CompressionTypes, ConfigResourceTypes, Kafka, logLevel, Partitioners } = kafkajs
const { version } = createRequire(import.meta.url)('kafkajs/package.json')
const kafka = new Kafka({ brokers: [address], clientId: 'interop', logLevel: logLevel.NOTHING, retry: { retries: 2 } })
const codecs = { none: CompressionTypes.None, gzip: CompressionTypes.GZIP }

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
    administer,
    deleteRecords,
  },
)
