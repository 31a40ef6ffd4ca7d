import { join } from 'node:path'
import { CliClient } from './cli-client.ts'
import { type Cell, type Feature, features } from './features.ts'
import type { InteropClient } from './interop-client.ts'
import { KcatClient } from './kcat-client.ts'
import { NdjsonClient } from './ndjson-client.ts'
import { cacheDir, clientFile, fileExists, isExecutable, programOnPath } from './programs.ts'
import { systemPython, venvPython } from './python.ts'
import type { Trait } from './records.ts'

/** One row of the matrix. */
export interface ClientEntry {
  readonly name: string
  /** What the client's own word on its version begins with. */
  readonly version: string
  /** Where it comes from, and what is inside. */
  readonly from: string
  readonly cells: Readonly<Record<Feature, Cell>>
  /** What it cannot write. */
  readonly lacks: readonly Trait[]
  /** Headers without a value look empty to who reads with it. */
  readonly readsNullHeadersAsEmpty?: true
  /** False: records get the time of the writing. */
  readonly setsTimestamps: boolean
  /** What is missing on this machine to run it. */
  missing(): string | undefined
  open(address: string): InteropClient
}

const everything = Object.fromEntries(features.map((feature) => [feature, true])) as Record<Feature, Cell>
const classicOnly = { ...everything, 'read in a KIP-848 group': 'speaks the classic protocol only' }
const newOnly = { ...everything, 'read in a classic group': 'speaks the new protocol only' }
const complete = { cells: everything, lacks: [], setsTimestamps: true } as const

const goProgram = join(cacheDir, 'franz-go', 'interop-client')
const javaFolder = join(cacheDir, 'java')
const confluentJavascriptFolder = join(cacheDir, 'confluent-javascript')

/** Each client that writes, reads, or both. */
export const clients: readonly ClientEntry[] = [
  {
    name: 'kcat',
    version: '1.7.1',
    from: 'Debian; librdkafka 2.0.2',
    cells: { ...classicOnly, 'create a topic': 'only by auto-creation' },
    lacks: ['binary header value'],
    setsTimestamps: false,
    missing: () => (programOnPath('kcat') === undefined ? 'kcat' : undefined),
    open: (address) => new KcatClient(address),
  },
  {
    ...complete,
    name: 'kafka-python 2.0',
    version: '2.0.2',
    from: 'Debian',
    cells: { ...classicOnly, 'write idempotently': 'not in this version' },
    lacks: ['null header value'],
    missing: () => (fileExists('/usr/lib/python3/dist-packages/kafka') ? undefined : 'python3-kafka'),
    open: (address) => new NdjsonClient([systemPython, clientFile('python/kafka_python_client.py'), address]),
  },
  {
    ...complete,
    name: 'kafka-python 2',
    version: '2.3.3',
    from: 'PyPI',
    cells: classicOnly,
    lacks: ['null header value'],
    missing: () => missingFile(join(cacheDir, 'kafka-python-2', '.stamp'), 'kafka-python 2'),
    open: (address) => new NdjsonClient([venvPython('kafka-python-2'), clientFile('python/kafka_python_client.py'), address]),
  },
  {
    ...complete,
    name: 'kafka-python 3',
    version: '3.0.12',
    from: 'PyPI',
    cells: classicOnly,
    lacks: ['null header value'],
    missing: () => missingFile(join(cacheDir, 'kafka-python-3', '.stamp'), 'kafka-python 3'),
    open: (address) => new NdjsonClient([venvPython('kafka-python-3'), clientFile('python/kafka_python_client.py'), address]),
  },
  {
    ...complete,
    name: 'confluent-kafka 1',
    version: '1.7.0',
    from: 'Debian; librdkafka 2.0.2',
    cells: classicOnly,
    missing: () => (fileExists('/usr/lib/python3/dist-packages/confluent_kafka') ? undefined : 'python3-confluent-kafka'),
    open: (address) => new NdjsonClient([systemPython, clientFile('python/confluent_client.py'), address]),
  },
  {
    ...complete,
    name: 'confluent-kafka 2',
    version: '2.16.1',
    from: 'PyPI; librdkafka 2.16',
    missing: () => missingFile(join(cacheDir, 'confluent-kafka', '.stamp'), 'confluent-kafka 2'),
    open: (address) => new NdjsonClient([venvPython('confluent-kafka'), clientFile('python/confluent_client.py'), address]),
  },
  {
    ...complete,
    name: '@confluentinc/kafka-javascript',
    version: '1.10.1',
    from: 'npm, compiled; librdkafka 2.15',
    lacks: ['null header value', 'empty header value'],
    readsNullHeadersAsEmpty: true,
    missing: () => missingFile(join(confluentJavascriptFolder, '.stamp'), '@confluentinc/kafka-javascript'),
    open: (address) =>
      new NdjsonClient([process.execPath, clientFile('node/confluent-javascript.mjs'), address, confluentJavascriptFolder]),
  },
  {
    name: 'kafkajs',
    version: '2.2.4',
    from: 'npm; reads the other codecs by those of @platformatic/kafka',
    cells: { ...classicOnly, 'write snappy': 'has gzip only', 'write lz4': 'has gzip only', 'write zstd': 'has gzip only' },
    lacks: ['null header value'],
    setsTimestamps: true,
    missing: () => undefined,
    open: (address) => new NdjsonClient([process.execPath, clientFile('node/kafkajs.mjs'), address]),
  },
  {
    name: '@platformatic/kafka',
    version: '2.12.1',
    from: 'npm',
    cells: everything,
    lacks: [],
    setsTimestamps: true,
    missing: () => undefined,
    open: (address) => new NdjsonClient([process.execPath, clientFile('node/platformatic.mjs'), address]),
  },
  {
    ...complete,
    name: 'Java kafka-clients',
    version: '4.4.0',
    from: 'Maven Central',
    missing: () => (programOnPath('java') === undefined ? 'java' : missingFile(join(javaFolder, '.stamp'), 'the Java client')),
    open: (address) =>
      // Java writes in the locale's encoding, which need not be UTF-8.
      new NdjsonClient([
        'java',
        '-Dfile.encoding=UTF-8',
        '-cp',
        `${join(javaFolder, 'classes')}:${join(javaFolder, 'lib', '*')}`,
        'InteropClient',
        address,
      ]),
  },
  {
    ...complete,
    name: 'franz-go',
    version: 'v1.22.2',
    from: 'Go module',
    missing: () => (isExecutable(goProgram) ? undefined : 'the Go client'),
    open: (address) => new NdjsonClient([goProgram, address]),
  },
  {
    ...complete,
    name: '@kafka-ts/client',
    version: '',
    from: 'this repository; native protocol',
    cells: newOnly,
    missing: () => undefined,
    open: (address) => new NdjsonClient([process.execPath, clientFile('node/sdk.mjs'), address]),
  },
  {
    ...complete,
    name: 'kafka-ts (CLI)',
    version: '',
    from: 'this repository; native protocol',
    cells: newOnly,
    missing: () => undefined,
    open: (address) => new CliClient(address),
  },
]

function missingFile(path: string, name: string): string | undefined {
  return fileExists(path) ? undefined : name
}
