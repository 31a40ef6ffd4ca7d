import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts'
import { NdjsonClient } from './ndjson-client.ts'
import { clientFile } from './programs.ts'
import { base64 } from './records.ts'

interface ConfigEntry {
  readonly configName: string
  readonly configValue: string
}

/** What `administer` of the program hands back: kafkajs's own answers. */
interface Administered {
  readonly created: boolean
  readonly createdAgain: boolean
  readonly configs: readonly ConfigEntry[]
  readonly altered: readonly ConfigEntry[]
  readonly metadata: {
    readonly topics: readonly {
      readonly name: string
      readonly partitions: readonly { readonly leader: number; readonly isr: readonly number[] }[]
    }[]
  }
  readonly cluster: {
    readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[]
    readonly controller: number
  }
  readonly offsets: readonly { readonly partition: number; readonly low: string; readonly high: string }[]
  readonly listed: readonly string[]
  readonly listedAfterDelete: readonly string[]
}

let broker: BrokerProcess
let kafkajs: NdjsonClient

beforeAll(async () => {
  broker = await startBrokerProcess()
  kafkajs = new NdjsonClient([process.execPath, clientFile('node/kafkajs.mjs'), broker.address])
})
afterAll(async () => {
  await kafkajs?.close()
  await broker?.remove()
})

test('kafkajs admin creates, grows, configures, describes and deletes a topic', async () => {
  const topic = 'administered'
  const { created, createdAgain, configs, altered, metadata, cluster, offsets, listed, listedAfterDelete } = (await kafkajs.call(
    'administer',
    {
      topic,
    },
  )) as Administered
  expect([created, createdAgain]).toEqual([true, false])
  expect(configOf(configs, 'retention.ms')).toBe('60000')
  expect(configOf(altered, 'retention.ms')).toBe('120000')
  expect(configOf(configs, 'compression.type')).toBe('producer')
  const [described] = metadata.topics
  expect(described?.partitions.map(({ leader, isr }) => [leader, isr])).toEqual([1, 2, 3].map(() => [1, [1]]))
  const [host, port] = broker.address.split(':') as [string, string]
  expect(cluster).toMatchObject({ controller: 1, brokers: [{ nodeId: 1, host, port: Number(port) }] })
  expect(offsets.map(({ low, high }) => [low, high])).toEqual([1, 2, 3].map(() => ['0', '0']))
  expect(listed).toEqual([topic])
  expect(listedAfterDelete).toEqual([])
})

test('kafkajs admin tells the offsets of what was written, and deletes records', async () => {
  const topic = 'with-records'
  await kafkajs.createTopic({ topic, partitions: 1 })
  const records = ['a', 'b', 'c'].map((value) => ({ key: null, value: base64(value), headers: [], timestamp: Date.now() }))
  await kafkajs.produce({ topic, partition: 0, codec: 'none', records })
  const { offsets } = (await kafkajs.call('deleteRecords', { topic, partition: 0, before: 2 })) as Pick<Administered, 'offsets'>
  expect(offsets).toMatchObject([{ partition: 0, low: '2', high: '3' }])
})

function configOf(entries: readonly ConfigEntry[], name: string): string | undefined {
  return entries.find(({ configName }) => configName === name)?.configValue
}
