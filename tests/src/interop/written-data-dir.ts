import { createHash } from 'node:crypto'
import { type CompressionName, Kafka, type RecordHeader } from '@kafka-ts/client'
import { startBrokerProcess } from '../support/broker-process.ts'

/** A partition as our own consumer saw it before the broker stopped. */
export interface WrittenPartition {
  readonly topic: string
  readonly partition: number
  readonly codec: CompressionName
  readonly records: number
  readonly endOffset: number
  /** Of a line for each record: offset, timestamp, key, value, headers. */
  readonly sha256: string
  readonly isTrimmed: boolean
}

const codecs: readonly CompressionName[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const rounds = 40
const recordsPerRound = 250
const segmentBytes = 128 * 1024

/**
 * Fills a data directory with what its files have to hold: segments that rolled, each codec, headers, nulls, several producers, a broker that
 * was killed in the middle, a deleted beginning. The broker has stopped by then; removing the directory is the caller's.
 */
export async function writeDataDir(): Promise<{ readonly dataDir: string; readonly written: readonly WrittenPartition[] }> {
  let broker = await startBrokerProcess()
  const { dataDir, address } = broker
  const kafka = new Kafka({ brokers: [address] })
  const topics = ['rolled', 'trimmed', ...codecs.slice(1).map((codec) => `packed-${codec}`)]
  const outcomes = await kafka.admin.createTopics(
    topics.map((topic) => ({ topic, partitions: topic === 'rolled' ? 2 : 1, configs: { 'segment.bytes': segmentBytes } })),
  )
  for (const { error } of outcomes) if (error !== undefined) throw error
  await writeAll(kafka, topics, 0)
  await broker.stop('SIGKILL')
  broker = await startBrokerProcess({ dataDir, port: Number(address.split(':')[1]) })
  await writeAll(kafka, topics, rounds)
  await kafka.admin.deleteRecords([{ topic: 'trimmed', partition: 0, before: recordsPerRound * rounds + 7 }])
  const written = await readAll(kafka, topics)
  await kafka.close()
  await broker.stop()
  return { dataDir, written }
}

async function writeAll(kafka: Kafka, topics: readonly string[], firstRound: number): Promise<void> {
  const producers = codecs.map((compression) => kafka.producer({ compression }))
  for (let round = firstRound; round < firstRound + rounds; round++) {
    await Promise.all(
      topics.flatMap((topic) => {
        const producer = producers[codecs.indexOf(codecOf(topic))] as (typeof producers)[number]
        return Array.from({ length: recordsPerRound }, (_, index) => producer.send(topic, recordOf(round, index)))
      }),
    )
  }
  await Promise.all(producers.map((producer) => producer.close()))
}

function recordOf(round: number, index: number) {
  const number = round * recordsPerRound + index
  return {
    key: index % 7 === 0 ? null : `key-${number % 1000}`,
    value: index % 11 === 0 ? null : `value ${number} ${'x'.repeat(number % 90)}`,
    ...(index % 5 === 0 ? { headers: { round: String(round), nothing: null } } : {}),
  }
}

function codecOf(topic: string): CompressionName {
  return topic.startsWith('packed-') ? (topic.slice('packed-'.length) as CompressionName) : 'none'
}

async function readAll(kafka: Kafka, topics: readonly string[]): Promise<WrittenPartition[]> {
  const digests = new Map<string, { hash: ReturnType<typeof createHash>; records: number; endOffset: number }>()
  const consumer = kafka.consumer({ topics, from: 'earliest', until: 'end' })
  for await (const { topic, partition, offset, timestamp, key, value, headers } of consumer) {
    const name = `${topic} ${partition}`
    const seen = digests.get(name) ?? { hash: createHash('sha256'), records: 0, endOffset: 0 }
    digests.set(name, seen)
    seen.hash.update(`${[offset, timestamp, hex(key), hex(value), ...headers.map(headerText)].join(' ')}\n`)
    seen.records++
    seen.endOffset = offset + 1
  }
  return Array.from(digests, ([name, { hash, records, endOffset }]) => {
    const [topic, partition] = name.split(' ') as [string, string]
    const isTrimmed = topic === 'trimmed'
    return { topic, partition: Number(partition), codec: codecOf(topic), records, endOffset, sha256: hash.digest('hex'), isTrimmed }
  })
}

function hex(bytes: Uint8Array | null): string {
  return bytes === null ? '-' : Buffer.from(bytes).toString('hex')
}

function headerText({ key, value }: RecordHeader): string {
  return `${Buffer.from(key).toString('hex')}=${hex(value)}`
}
