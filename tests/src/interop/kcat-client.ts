import type { ConsumeInGroupRequest, ConsumeRequest, InteropClient, ProduceRequest, RecordRead, RecordToWrite } from './interop-client.ts'
import { runProgram } from './run-program.ts'

/** Between key and value, and behind each record, of what kcat reads: no record of the tests contains them. */
const keyDelimiter = '<key-ends>'
const recordDelimiter = '<record-ends>'
/** How kcat shows that a header has no value. */
const nullHeaderValue = 'NULL'

/** kcat itself, one run for each call. It cannot set timestamps, nor bytes as header values, and creates no topics. */
export class KcatClient implements InteropClient {
  readonly #address: string

  constructor(address: string) {
    this.#address = address
  }

  async version(): Promise<string> {
    const { stdout, stderr } = await runProgram(['kcat', '-V'])
    return /Version (\S+)/.exec(stdout.toString() + stderr)?.[1] ?? 'unknown'
  }

  createTopic(): Promise<void> {
    return Promise.reject(new Error('kcat creates no topics'))
  }

  async listTopics(): Promise<string[]> {
    const { stdout } = await this.#run(['-L'])
    return [...stdout.toString().matchAll(/^ {2}topic "(.+)" with/gm)].map((match) => match[1] as string)
  }

  /** The headers of a run are those of all its records, and -Z makes all its empty parts null: one run for each stretch of records alike. */
  async produce({ topic, partition, codec, records, idempotent = false }: ProduceRequest): Promise<void> {
    for (const run of runsOf(records)) {
      const headers = (run[0] as RecordToWrite).headers.flatMap(([name, value]) => ['-H', value === null ? name : `${name}=${text(value)}`])
      const options = [
        ...headers,
        ...(hasNull(run[0] as RecordToWrite) ? ['-Z'] : []),
        ...(idempotent ? ['-X', 'enable.idempotence=true'] : []),
      ]
      const input = Buffer.concat(
        run.flatMap((record) => [bytes(record.key), Buffer.from(keyDelimiter), bytes(record.value), Buffer.from(recordDelimiter)]),
      )
      await this.#run(
        ['-P', '-t', topic, '-p', String(partition), '-z', codec, '-K', keyDelimiter, '-D', recordDelimiter, ...options],
        input,
      )
    }
  }

  async consume({ topic, partitions, from, count }: ConsumeRequest): Promise<RecordRead[]> {
    const offset = from === 'start' ? 'beginning' : from === 'end' ? 'end' : `s@${from.timestamp}`
    // All partitions of the topic at once, each to its end, or one up to a number of records.
    const range = partitions.length === 1 ? ['-p', String(partitions[0]), '-c', String(count)] : ['-e']
    const { stdout } = await this.#run(['-C', '-q', '-t', topic, '-o', offset, ...range, '-f', kcatFormat])
    return parseKcat(stdout)
  }

  async consumeInGroup({ topic, groupId, count }: ConsumeInGroupRequest): Promise<RecordRead[]> {
    const settings = ['-X', 'auto.offset.reset=earliest', '-c', String(count)]
    const { stdout } = await this.#run(['-G', groupId, '-q', ...settings, '-f', kcatFormat, topic])
    return parseKcat(stdout)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #run(args: readonly string[], input: string | Uint8Array = '') {
    return runProgram(['kcat', '-b', this.#address, '-X', 'message.timeout.ms=15000', ...args], { input })
  }
}

/** Lengths first, -1 for null, then the bytes themselves; the headers last, up to the line feed. */
const kcatFormat = '%p %o %T %K %S\\n%k%s%h\\n'

/** What kcat printed in `kcatFormat`. Header values must contain no comma and no line feed. */
export function parseKcat(printed: Buffer): RecordRead[] {
  const records: RecordRead[] = []
  for (let at = 0; at < printed.length; ) {
    const headEnd = printed.indexOf('\n', at)
    const numbers = printed.toString('latin1', at, headEnd).split(' ').map(Number)
    const [partition, offset, timestamp, keyLength, valueLength] = numbers as [number, number, number, number, number]
    const keyStart = headEnd + 1
    const valueStart = keyStart + Math.max(0, keyLength)
    const headersStart = valueStart + Math.max(0, valueLength)
    const end = printed.indexOf('\n', headersStart)
    const part = (length: number, start: number) => (length < 0 ? null : printed.toString('base64', start, start + length))
    const headers = headersOf(printed.subarray(headersStart, end))
    records.push({ partition, offset, timestamp, key: part(keyLength, keyStart), value: part(valueLength, valueStart), headers })
    at = end + 1
  }
  return records
}

function headersOf(printed: Buffer): RecordRead['headers'] {
  if (printed.length === 0) return []
  return printed
    .toString('latin1')
    .split(',')
    .map((header) => {
      const equals = header.indexOf('=')
      const name = Buffer.from(header.slice(0, equals), 'latin1').toString()
      const value = header.slice(equals + 1)
      return [name, value === nullHeaderValue ? null : Buffer.from(value, 'latin1').toString('base64')] as const
    })
}

/** Stretches of records with the same headers that either have nulls or have none. */
function runsOf(records: readonly RecordToWrite[]): RecordToWrite[][] {
  const alike = (record: RecordToWrite) => JSON.stringify([record.headers, hasNull(record)])
  const runs: RecordToWrite[][] = []
  for (const record of records) {
    const last = runs.at(-1)
    if (last !== undefined && alike(last[0] as RecordToWrite) === alike(record)) last.push(record)
    else runs.push([record])
  }
  return runs
}

function hasNull({ key, value }: RecordToWrite): boolean {
  return key === null || value === null
}

function bytes(base64: string | null): Buffer {
  return Buffer.from(base64 ?? '', 'base64')
}

function text(base64: string): string {
  return bytes(base64).toString()
}
