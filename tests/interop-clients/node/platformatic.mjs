// @platformatic/kafka, driven by NDJSON. It reads through consumer groups only: each read is a group of its own.
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Admin, Consumer, Producer } from '@platformatic/kafka'
import { address, decode, encode, serve } from './ndjson.mjs'

const require = createRequire(import.meta.url)
const { version } = require(join(dirname(require.resolve('@platformatic/kafka')), '..', 'package.json'))
const connection = { clientId: 'interop', bootstrapBrokers: [address], retries: 2, timeout: 10_000 }
const deadlineMs = 20_000

/** Runs one call on the admin client. */
async function withAdmin(call) {
  const admin = new Admin(connection)
  try {
    return await call(admin)
  } finally {
    await admin.close()
  }
}

const createTopic = ({ topic, partitions }) => withAdmin((admin) => admin.createTopics({ topics: [topic], partitions, replicas: 1 }))

const listTopics = () => withAdmin(async (admin) => ({ topics: await admin.listTopics() }))

async function produce({ topic, partition, codec, idempotent = false, records }) {
  const producer = new Producer({ ...connection, idempotent, autocreateTopics: false })
  try {
    const messages = records.map((record) => ({
      topic,
      partition,
      key: decode(record.key) ?? undefined,
      value: decode(record.value),
      headers: new Map(record.headers.map(([name, value]) => [Buffer.from(name), decode(value)])),
      timestamp: BigInt(record.timestamp),
    }))
    const { offsets } = await producer.send({ messages, acks: -1, compression: codec })
    const first = Number(offsets[0].offset)
    return { offsets: records.map((_, index) => first + index) }
  } finally {
    await producer.close()
  }
}

function consume({ topic, partitions, from, count }) {
  return withConsumer({ groupId: `interop-${randomUUID()}` }, async (consumer) => {
    const position = await start(consumer, topic, from)
    return { records: await read(consumer, { topic, position, count, partitions }) }
  })
}

/** Reads on where the group is, `count` records, and commits them. */
function consumeInGroup({ topic, groupId, protocol, count }) {
  return withConsumer({ groupId, groupProtocol: protocol }, async (consumer) => {
    const records = await read(consumer, { topic, position: { mode: 'committed', fallbackMode: 'earliest' }, count, commits: true })
    return { records }
  })
}

/** Runs one call on a consumer. */
async function withConsumer(options, call) {
  const consumer = new Consumer({ ...connection, autocommit: false, maxWaitTime: 200, ...options })
  try {
    return await call(consumer)
  } finally {
    await consumer.close()
  }
}

async function read(consumer, { topic, position, count, partitions, commits = false }) {
  const stream = await consumer.consume({ topics: [topic], ...position })
  const deadline = setTimeout(() => stream.close(), deadlineMs)
  const records = []
  const next = new Map()
  try {
    for await (const message of stream) {
      if (partitions === undefined || partitions.includes(message.partition)) records.push(described(message))
      next.set(message.partition, { topic, partition: message.partition, offset: message.offset + 1n, leaderEpoch: 0 })
      if (records.length >= count) break
    }
    if (commits) await consumer.commit({ offsets: [...next.values()] })
    return records
  } finally {
    clearTimeout(deadline)
    await stream.close()
  }
}

async function start(consumer, topic, from) {
  if (from === 'start') return { mode: 'earliest' }
  if (from === 'end') return { mode: 'latest' }
  const found = await consumer.listOffsetsWithTimestamps({ topics: [topic], timestamp: BigInt(from.timestamp) })
  return { mode: 'manual', offsets: Array.from(found.get(topic), ([partition, { offset }]) => ({ topic, partition, offset })) }
}

function described({ partition, offset, timestamp, key, value, headerEntries }) {
  return {
    partition,
    offset: Number(offset),
    timestamp: Number(timestamp),
    key: encode(key),
    value: encode(value),
    headers: headerEntries.map(([name, held]) => [name.toString(), encode(held)]),
  }
}

await serve(
  { version },
  { createTopic: async (request) => void (await createTopic(request)), listTopics, produce, consume, consumeInGroup },
)
