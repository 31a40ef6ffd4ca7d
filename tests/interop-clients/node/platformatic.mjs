// @platformatic/kafka, driven by NDJSON. It reads through consumer groups only.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Admin, Producer } from '@platformatic/kafka'
import { address, decode, serve } from './ndjson.mjs'

const require = createRequire(import.meta.url)
const { version } = require(join(dirname(require.resolve('@platformatic/kafka')), '..', 'package.json'))
const connection = { clientId: 'interop', bootstrapBrokers: [address], retries: 2, timeout: 10_000 }

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

await serve({ version }, { createTopic: async (request) => void (await createTopic(request)), listTopics, produce })
