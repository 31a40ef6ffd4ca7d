import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Kafka, type RecordMetadata, string, topic } from '@kafka-ts/client'
import { SeededRandom } from '@kafka-ts/io/simulated'
import { PREAMBLE, uuidFromString } from '@kafka-ts/protocol'
import { expect, test } from 'vitest'
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts'
import { volume } from '../support/volume.ts'
import { goodFrames, hostileFrame } from './hostile-frames.ts'

/** KAFKA_TS_NATIVE_FUZZ=1000000 KAFKA_TS_SEED=7 npm test -- tests/src/integration/native-fuzz runs it by hand. */
const inputs = volume('KAFKA_TS_NATIVE_FUZZ', { quick: 3_000, ci: 50_000 })
const seed = volume('KAFKA_TS_SEED', { quick: 1, ci: 1 })
const ATTACKERS = 16
const MAX_FRAMES_A_CONNECTION = 8
const STALLED_CLIENTS = 20
const REQUESTS_OF_A_NON_READER = 2_000
const BYSTANDER_BATCH = 20
const MAX_GROWTH_BYTES = 192 * 2 ** 20
const TIME_LIMIT_MS = 60_000

const kept = topic('kept', { key: string(), value: string() })

interface Acknowledged extends RecordMetadata {
  readonly value: string
}

test(
  `a broker under ${inputs} hostile frames (seed ${seed}) lives, stays small, serves others and loses nothing`,
  async () => {
    const broker = await startBrokerProcess({ configs: { 'min.free.bytes': '0', 'auto.create.topics.enable': 'false' } })
    const kafka = new Kafka({ brokers: [broker.address] })
    const stalled: Socket[] = []
    try {
      await kafka.admin.createTopics([{ topic: kept, partitions: 2 }, { topic: 'bait' }])
      const { topicId } = await kafka.admin.describeTopic('bait')
      const good = goodFrames({ name: 'bait', topicId: uuidFromString(topicId) })
      const bystander = startBystander(kafka)
      for (let count = 0; count < STALLED_CLIENTS; count++) stalled.push(await stall(broker, good, count))
      await attack(broker, good, { from: 0, to: inputs / 2 })
      const half = { bytes: broker.residentBytes(), acknowledged: bystander.acknowledged.length }
      await attack(broker, good, { from: inputs / 2, to: inputs })
      expect(broker.residentBytes() - half.bytes).toBeLessThan(MAX_GROWTH_BYTES)
      const acknowledged = await bystander.stop()
      expect(half.acknowledged).toBeGreaterThan(0)
      expect(acknowledged.length).toBeGreaterThan(half.acknowledged)
      await expectKept(kafka, acknowledged)
    } finally {
      for (const socket of stalled) socket.destroy()
      await kafka.close()
      await broker.remove()
    }
  },
  TIME_LIMIT_MS,
)

/** Sends hostile frames, some on each connection, over a few connections at a time. Each frame follows from the seed and its number. */
async function attack(broker: BrokerProcess, good: readonly Uint8Array[], range: { readonly from: number; readonly to: number }) {
  let next = Math.ceil(range.from)
  const attacker = async (): Promise<void> => {
    while (next < range.to) {
      const random = new SeededRandom(seed).fork(`connection of frame ${next}`)
      const frames: Uint8Array[] = random.uint32() % 16 === 0 ? [] : [PREAMBLE]
      for (let count = 1 + (random.uint32() % MAX_FRAMES_A_CONNECTION); count > 0 && next < range.to; count--, next++) {
        frames.push(hostileFrame(random, good))
      }
      await send(await open(broker), Buffer.concat(frames))
    }
  }
  await Promise.all(Array.from({ length: ATTACKERS }, attacker))
}

async function open({ address }: BrokerProcess): Promise<Socket> {
  const [host, port] = address.split(':')
  const socket = connect({ host: host as string, port: Number(port), noDelay: true })
  // The broker may cut the connection while we still write: that is what many of these frames are to achieve.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** Writes, says that there will be no more, and waits until the broker has let go too. */
async function send(socket: Socket, bytes: Uint8Array): Promise<void> {
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.resume()
  socket.end(bytes)
  await closed
}

/** A client that asks for much and reads nothing, or that stops in the middle of a frame. */
async function stall(broker: BrokerProcess, good: readonly Uint8Array[], index: number): Promise<Socket> {
  const socket = await open(broker)
  socket.pause()
  const frame = good[index % good.length] as Uint8Array
  socket.write(PREAMBLE)
  if (index % 4 === 0) socket.write(frame.subarray(0, frame.length / 2))
  else for (let count = 0; count < REQUESTS_OF_A_NON_READER; count++) socket.write(frame)
  return socket
}

/** A well-behaved client that goes on producing, and keeps what was acknowledged. */
function startBystander(kafka: Kafka) {
  const producer = kafka.producer()
  const acknowledged: Acknowledged[] = []
  let isStopped = false
  const running = (async () => {
    for (let next = 0; !isStopped; ) {
      const values = Array.from({ length: BYSTANDER_BATCH }, () => `value ${next++}`)
      const outcomes = await producer.sendMany(
        kept,
        values.map((value) => ({ key: value, value })),
      )
      for (const [index, outcome] of outcomes.entries()) acknowledged.push({ ...outcome, value: values[index] as string })
    }
  })()
  // What goes wrong is for `stop` to throw; until then it is not unhandled.
  running.catch(() => undefined)
  return {
    acknowledged,
    stop: async (): Promise<readonly Acknowledged[]> => {
      isStopped = true
      await running
      await producer.close()
      return acknowledged
    },
  }
}

async function expectKept(kafka: Kafka, acknowledged: readonly Acknowledged[]): Promise<void> {
  const found = new Map<string, string>()
  for await (const { partition, offset, value } of kafka.consumer({ topics: [kept], from: 'earliest', until: 'end' })) {
    found.set(`${partition} ${offset}`, value)
  }
  for (const { partition, offset, value } of acknowledged) expect(found.get(`${partition} ${offset}`)).toBe(value)
}
