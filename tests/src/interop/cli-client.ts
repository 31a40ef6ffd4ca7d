import { fileURLToPath } from 'node:url'
import type { ConsumeInGroupRequest, ConsumeRequest, InteropClient, ProduceRequest, RecordRead } from './interop-client.ts'
import { runProgram } from './run-program.ts'

const program = fileURLToPath(new URL('../../../apps/cli/bin/run.js', import.meta.url))

/** A record as `consume -o ndjson` writes it and `produce --input ndjson` reads it. */
interface CliRecord {
  readonly partition: number
  readonly offset: string
  readonly timestamp: string
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly { readonly key: string; readonly value: string | null; readonly valueEncoding?: string }[]
}

/** The kafka-ts command of this repository, through the native door, one run for each call. */
export class CliClient implements InteropClient {
  readonly #address: string

  constructor(address: string) {
    this.#address = address
  }

  async version(): Promise<string> {
    const { stdout } = await runProgram([process.execPath, program, '--version'])
    return stdout.toString().trim()
  }

  async createTopic({ topic, partitions }: { readonly topic: string; readonly partitions: number }): Promise<void> {
    await this.#run(['topics', 'create', topic, '-p', String(partitions)])
  }

  async listTopics(): Promise<string[]> {
    const { stdout } = await this.#run(['topics', 'list', '-o', 'name'])
    return stdout.toString().trim().split('\n')
  }

  async produce({ topic, partition, codec, records }: ProduceRequest): Promise<void> {
    const lines = records.map(({ key, value, headers, timestamp }) =>
      JSON.stringify({
        partition,
        timestamp,
        key,
        value,
        ...(key !== null && { keyEncoding: 'base64' }),
        ...(value !== null && { valueEncoding: 'base64' }),
        headers: headers.map(([name, bytes]) => ({ key: name, value: bytes, ...(bytes !== null && { valueEncoding: 'base64' }) })),
      }),
    )
    await this.#run(['produce', topic, '--input', 'ndjson', '-z', codec], lines.join('\n'))
  }

  async consume({ topic, partitions, from, count }: ConsumeRequest): Promise<RecordRead[]> {
    const position = typeof from === 'string' ? from : `@${from.timestamp}`
    return this.#read(topic, ['--from', position, '-n', String(count), '-p', partitions.join(',')])
  }

  async consumeInGroup({ topic, groupId, count }: ConsumeInGroupRequest): Promise<RecordRead[]> {
    return this.#read(topic, ['--group', groupId, '--commit', '--from', 'earliest', '-n', String(count)])
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  async #read(topic: string, options: readonly string[]): Promise<RecordRead[]> {
    const { stdout } = await this.#run(['consume', topic, ...options, '--key-as', 'base64', '--value-as', 'base64', '-o', 'ndjson'])
    const lines = stdout.toString().split('\n').filter(Boolean)
    return lines.map((line) => recordOf(JSON.parse(line) as CliRecord))
  }

  #run(args: readonly string[], input = '') {
    return runProgram([process.execPath, program, ...args, '-b', this.#address], { input })
  }
}

function recordOf({ partition, offset, timestamp, key, value, headers }: CliRecord): RecordRead {
  return {
    partition,
    offset: Number(offset),
    timestamp: Date.parse(timestamp),
    key,
    value,
    headers: headers.map((header) => [
      header.key,
      header.value === null || header.valueEncoding === 'base64' ? header.value : base64(header.value),
    ]),
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
