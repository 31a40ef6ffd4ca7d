// Records captures.json: the first request of each API and version that each client sends. Run by hand when clients are added or get new versions:
// node --conditions=@kafka-ts/source tests/src/interop/fuzz/capture.ts
import { writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { Kafka } from '@kafka-ts/client'
import { KafkaFrameDecoder, kafkaApiByKey } from '@kafka-ts/kafka-wire'
import { startBrokerProcess } from '../../support/broker-process.ts'
import { type ClientEntry, clients } from '../clients.ts'
import { base64 } from '../records.ts'

/** Requests longer than this teach nothing that shorter ones do not. */
const maxCaptureBytes = 2000
const topic = 'captured'
const captures = new Map<string, string>()
let client = ''
let brokerPort = 0

/** Hands bytes on to the broker and keeps the requests among them. */
function relay(fromClient: Socket): void {
  const toBroker = connect(brokerPort, '127.0.0.1')
  const frames = new KafkaFrameDecoder()
  fromClient.on('data', (chunk: Buffer) => {
    toBroker.write(chunk)
    frames.push(Buffer.from(chunk), keep)
  })
  toBroker.on('data', (chunk) => fromClient.write(chunk))
  for (const [one, other] of [
    [fromClient, toBroker],
    [toBroker, fromClient],
  ] as const) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
}

function keep(frame: Uint8Array): void {
  if (frame.length > maxCaptureBytes) return
  const bytes = Buffer.from(frame)
  const name = `${client}: ${kafkaApiByKey(bytes.readInt16BE(0))?.name} v${bytes.readInt16BE(2)}`
  if (!captures.has(name)) captures.set(name, bytes.toString('hex'))
}

async function exercise(entry: ClientEntry, address: string): Promise<void> {
  client = entry.name
  const opened = entry.open(address)
  const records = [{ key: base64('key'), value: base64('value'), headers: [['header', base64('value')]] as const, timestamp: Date.now() }]
  await opened.listTopics()
  for (const idempotent of entry.cells['write idempotently'] === true ? [false, true] : [false]) {
    await opened.produce({ topic, partition: 0, codec: 'none', records, idempotent })
  }
  if (entry.cells['read from the start'] === true) {
    await opened.consume({ topic, partitions: [0], from: 'start', count: 1 })
    await opened.consume({ topic, partitions: [0], from: { timestamp: 1 }, count: 1 })
  }
  await opened.close()
}

const proxy: Server = createServer(relay)
await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
const address = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
const broker = await startBrokerProcess({ configs: { 'advertised.listeners': address } })
brokerPort = Number(broker.address.split(':')[1])
await using kafka = new Kafka({ brokers: [broker.address] })
await kafka.admin.createTopic({ topic, partitions: 1 })
for (const entry of clients.filter(({ from }) => !from.includes('native protocol'))) await exercise(entry, address)
writeFileSync(new URL('captures.json', import.meta.url), `${JSON.stringify(Object.fromEntries([...captures].toSorted()), null, 2)}\n`)
console.log(`${captures.size} requests`)
proxy.close()
await broker.remove()
process.exit()
