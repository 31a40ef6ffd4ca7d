// The SDK of this repository, through the native door, driven by NDJSON.
import { createRequire } from 'node:module'
import { Kafka } from '@kafka-ts/client'
import { address, decode, encode, serve } from './ndjson.mjs'

const { version } = createRequire(import.meta.url)('@kafka-ts/client/package.json')
const deadlineMs = 20_000
const kafka = new Kafka({ brokers: [address], clientId: 'interop' })

async function listTopics() {
  return { topics: (await kafka.admin.listTopics()).map(({ name }) => name) }
}

async function produce({ topic, partition, codec, records }) {
  await using producer = kafka.producer({ compression: codec, lingerMs: 50 })
  const written = await producer.sendMany(
    topic,
    records.map(({ key, value, headers, timestamp }) => ({
      partition,
      key: decode(key),
      value: decode(value),
      headers: headers.map(([name, bytes]) => ({ key: name, value: decode(bytes) })),
      timestamp,
    })),
  )
  return { offsets: written.map(({ offset }) => offset) }
}

async function consume({ topic, partitions, from, count }) {
  const start = { start: 'earliest', end: 'latest' }[from] ?? from
  await using consumer = kafka.consumer({
    assignments: partitions.map((partition) => ({ topic, partition, from: start })),
    signal: AbortSignal.timeout(deadlineMs),
  })
  const records = []
  for await (const record of consumer) {
    records.push(described(record))
    if (records.length >= count) break
  }
  return { records }
}

/** Reads on where the group is, `count` records, and commits them. */
async function consumeInGroup({ topic, groupId, count }) {
  await using consumer = kafka.consumer({ group: groupId, topics: [topic], from: 'earliest', commit: 'manual' })
  const records = []
  for await (const record of consumer) {
    records.push(described(record))
    if (records.length >= count) break
  }
  await consumer.commit()
  return { records }
}

function described({ partition, offset, timestamp, key, value, headers }) {
  return {
    partition,
    offset,
    timestamp,
    key: encode(key),
    value: encode(value),
    headers: headers.map((one) => [one.key, encode(one.value)]),
  }
}

await serve(
  { version },
  {
    createTopic: async ({ topic, partitions }) => void (await kafka.admin.createTopic({ topic, partitions })),
    listTopics,
    produce,
    consume,
    consumeInGroup,
  },
)
await kafka.close()
