import { apis, encodeRequest } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { batchOfValues } from '../testing-support/batches.ts'
import { createTopic, produce, TestBroker } from '../testing-support/test-broker.ts'

const REQUESTS = 20_000
const MAX_GROWTH_BYTES = 200 * 2 ** 20

/** One request of some twenty bytes, whose answer about a topic of 1,000 partitions is a thousand times as large. */
function metadataRequest(correlationId: number): Uint8Array {
  const version = apis.metadata.maxVersion
  return Buffer.concat(encodeRequest(apis.metadata, { version, correlationId, request: { topics: null, allowAutoCreate: false } }))
}

describe('a client that asks and does not read', () => {
  it('costs the broker little memory, and nobody else is held up', async () => {
    await using test = await TestBroker.start({ settings: { 'connection.max.unsent.bytes': String(2 ** 20) } })
    const bystander = await test.connect()
    const topicId = await createTopic(bystander, 'orders', { partitions: 1_000 })
    const attacker = await test.connect()
    const before = process.memoryUsage().rss
    attacker.pause()
    for (let id = 1; id <= REQUESTS; id++) attacker.write(metadataRequest(id))
    for (let round = 0; round < 200; round++) await produce(bystander, { topicId, records: batchOfValues('x') })
    expect(process.memoryUsage().rss - before).toBeLessThan(MAX_GROWTH_BYTES)
  })

  it('is answered in full once it reads', async () => {
    await using test = await TestBroker.start({ settings: { 'connection.max.unsent.bytes': '1024' } })
    const client = await test.connect()
    await createTopic(client, 'orders', { partitions: 100 })
    client.pause()
    const answers = Array.from({ length: 2_000 }, () => client.send('metadata', { topics: null, allowAutoCreate: false }))
    client.resume()
    const sizes = await Promise.all(answers.map(async (answer) => (await answer).response.topics[0]?.partitions.length))
    expect(new Set(sizes)).toEqual(new Set([100]))
  })
})
