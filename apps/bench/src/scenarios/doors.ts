import type { Address } from '@kafka-ts/io'
import { decodeResponse, encodeRequest, KafkaFrameDecoder, kafkaApis } from '@kafka-ts/kafka-wire'
import {
  apis,
  decodeResponse as decodeNative,
  encodeRequest as encodeNative,
  FrameDecoder,
  KafkaError,
  openResponse,
  PREAMBLE,
} from '@kafka-ts/protocol'
import { RecordBatchBuilder } from '@kafka-ts/protocol/records'
import { startBrokerProcess } from '@kafka-ts/tests/support'
import { processorMs } from '../processor-time.ts'
import { RawStream } from '../raw-stream.ts'
import type { Measurement, Scenario, ScenarioOptions } from '../scenario.ts'
import { median } from '../stats.ts'
import { makeWorkload } from '../workload.ts'

const PARTITIONS = 6
const BATCH_BYTES = 16 * 1024
const VALUE_BYTES = 100
/** What Kafka's clients allow themselves at one time. */
const WINDOW = 5
const REQUESTS = 4000
const ACKS_ALL = -1
const TIMEOUT_MS = 30_000
const MAX_FRAME_BYTES = 2 ** 20
/** How much of the native door's throughput Kafka's door has to reach. */
const GOAL = 0.9

/** A topic to send to, by what either protocol calls it. */
interface Target {
  readonly topic: string
  readonly topicId: Uint8Array
}

/** Sends `count` requests of one batch a partition and waits for all answers; seconds. */
type Generate = (address: Address, target: Target, count: number) => Promise<number>

/** The same pre-encoded batches with the same window through each door: what the protocols cost the broker. */
export const doors: Scenario = {
  name: 'doors',
  summary: `the same pre-encoded batches through the native and Kafka's door, ${WINDOW} requests in flight`,
  async run(options) {
    const measurements: Measurement[] = []
    for (const durability of ['page', 'commit'] as const) measurements.push(...(await measure(durability, options)))
    return measurements
  },
}

async function measure(durability: 'page' | 'commit', { runs, scale, log }: ScenarioOptions): Promise<Measurement[]> {
  const { batch, records } = makeBatch()
  const count = Math.max(100, Math.round(REQUESTS * scale))
  const setting = `${PARTITIONS} partitions, ${BATCH_BYTES / 1024} KiB batches of ${VALUE_BYTES} B, ${durability}`
  const generators = { native: nativeGenerator(batch), kafka: kafkaGenerator(batch) }
  const samples = { native: [] as number[], kafka: [] as number[] }
  const cpu = { native: [] as number[], kafka: [] as number[] }
  const broker = await startBrokerProcess({ configs: { durability } })
  try {
    const address = parseAddress(broker.address)
    const admin = await KafkaAdmin.connect(address)
    for (let run = 0; run <= runs; run++) {
      for (const door of ['native', 'kafka'] as const) {
        const target = await admin.createTopic(`doors-${door}-${run}`)
        const cpuBefore = processorMs(broker.pid)
        const seconds = await generators[door](address, target, count)
        const cpuMs = (1000 * (processorMs(broker.pid) - cpuBefore)) / count
        await admin.expectRecords(target.topic, count * PARTITIONS * records)
        await admin.deleteTopic(target.topic)
        const rate = (count * PARTITIONS * records) / seconds
        log(
          `${setting}, ${door}: ${Math.round(rate).toLocaleString('en-US')} records/s, ${Math.round(cpuMs)} ms${run === 0 ? ' (warm-up)' : ''}`,
        )
        if (run === 0) continue
        samples[door].push(rate)
        cpu[door].push(cpuMs)
      }
    }
    admin.close()
  } finally {
    await broker.remove()
  }
  const rates = { scenario: 'doors', unit: 'records/s', setting } as const
  const times = { scenario: 'doors', unit: 'ms', setting } as const
  return [
    { ...rates, figure: 'native door', samples: samples.native },
    { ...rates, figure: "Kafka's door", samples: samples.kafka, goal: GOAL * median(samples.native) },
    { ...times, figure: 'native door, broker CPU of 1,000 requests', samples: cpu.native },
    { ...times, figure: "Kafka's door, broker CPU of 1,000 requests", samples: cpu.kafka, goal: median(cpu.native) / GOAL },
  ]
}

function makeBatch(): { readonly batch: Uint8Array; readonly records: number } {
  const { keys, values } = makeWorkload(Math.ceil(BATCH_BYTES / VALUE_BYTES), VALUE_BYTES)
  const builder = new RecordBatchBuilder({ maxBatchBytes: BATCH_BYTES })
  const now = Date.now()
  for (let index = 0; index < keys.length; index++) {
    if (!builder.append(now, keys[index] as string, values[index] as string)) break
  }
  return { records: builder.recordCount, batch: builder.build().slice() }
}

function nativeGenerator(batch: Uint8Array): Generate {
  const api = apis.produce
  const version = api.maxVersion
  return async (address, { topicId }, count) => {
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, bytes: batch.length }))
    const attachments = partitions.map(() => batch)
    const request = { acks: ACKS_ALL, timeoutMs: TIMEOUT_MS, topics: [{ topicId, partitions }] }
    const bytes = encodeNative(api, { version, correlationId: 1, request, attachments })
    const stream = await RawStream.connect(address, new FrameDecoder({ maxFrameBytes: MAX_FRAME_BYTES }))
    stream.write(PREAMBLE)
    const begun = performance.now()
    await stream.repeat(bytes, {
      count,
      window: WINDOW,
      check(frame) {
        const { error, fields } = openResponse(frame)
        if (error !== undefined) throw error
        for (const { errorCode } of decodeNative(api, version, fields).topics[0]?.partitions ?? []) ensureNone(errorCode)
      },
    })
    const seconds = (performance.now() - begun) / 1000
    stream.close()
    return seconds
  }
}

function kafkaGenerator(batch: Uint8Array): Generate {
  const api = kafkaApis.produce
  const version = api.versions.max
  return async (address, { topic }, count) => {
    const partitionData = Array.from({ length: PARTITIONS }, (_, index) => ({ index, records: batch }))
    const request = { acks: ACKS_ALL, timeoutMs: TIMEOUT_MS, topicData: [{ name: topic, partitionData }] }
    const bytes = encodeRequest(api, { version, correlationId: 1, clientId: 'bench', request })
    const stream = await RawStream.connect(address, new KafkaFrameDecoder({ maxFrameBytes: MAX_FRAME_BYTES }))
    const begun = performance.now()
    await stream.repeat(bytes, {
      count,
      window: WINDOW,
      check(frame) {
        const { response } = decodeResponse(api, version, frame)
        for (const { errorCode } of response.responses[0]?.partitionResponses ?? []) ensureNone(errorCode)
      },
    })
    const seconds = (performance.now() - begun) / 1000
    stream.close()
    return seconds
  }
}

/** Makes and checks topics, through Kafka's door. */
class KafkaAdmin {
  readonly #stream: RawStream<Uint8Array>

  private constructor(stream: RawStream<Uint8Array>) {
    this.#stream = stream
  }

  static async connect(address: Address): Promise<KafkaAdmin> {
    return new KafkaAdmin(await RawStream.connect(address, new KafkaFrameDecoder({ maxFrameBytes: MAX_FRAME_BYTES })))
  }

  async createTopic(topic: string): Promise<Target> {
    const api = kafkaApis.createTopics
    const request = { topics: [{ name: topic, numPartitions: PARTITIONS, replicationFactor: 1, assignments: [], configs: [] }] }
    const message = { version: api.versions.max, correlationId: 1, clientId: 'bench', request }
    const { response } = decodeResponse(api, message.version, await this.#stream.ask(encodeRequest(api, message)))
    const [made] = response.topics
    ensureNone(made?.errorCode ?? -1)
    return { topic, topicId: made?.topicId as Uint8Array }
  }

  async deleteTopic(topic: string): Promise<void> {
    const api = kafkaApis.deleteTopics
    const message = { version: 5, correlationId: 1, clientId: 'bench', request: { topicNames: [topic], timeoutMs: TIMEOUT_MS } }
    const { response } = decodeResponse(api, message.version, await this.#stream.ask(encodeRequest(api, message)))
    ensureNone(response.responses[0]?.errorCode ?? -1)
  }

  /** A run that lost or doubled a record is no measurement. */
  async expectRecords(topic: string, expected: number): Promise<void> {
    const api = kafkaApis.listOffsets
    const partitions = Array.from({ length: PARTITIONS }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 }))
    const message = {
      version: api.versions.max,
      correlationId: 1,
      clientId: 'bench',
      request: { replicaId: -1, topics: [{ name: topic, partitions }] },
    }
    const { response } = decodeResponse(api, message.version, await this.#stream.ask(encodeRequest(api, message)))
    const found = (response.topics[0]?.partitions ?? []).reduce((sum, { offset }) => sum + offset, 0)
    if (found !== expected) throw new Error(`${topic} holds ${found} records, ${expected} were acknowledged`)
  }

  close(): void {
    this.#stream.close()
  }
}

function ensureNone(code: number): void {
  if (code !== 0) throw KafkaError.fromWire(code, null)
}

function parseAddress(text: string): Address {
  const separator = text.lastIndexOf(':')
  return { host: text.slice(0, separator), port: Number(text.slice(separator + 1)) }
}
