import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Broker, type BrokerConfig, createBrokerConfig } from '@kafka-ts/broker'
import { Kafka, type KafkaOptions, type NewTopic } from '@kafka-ts/client'
import { type Doors, nodeDoors } from '@kafka-ts/io'
import { memoryDisk } from './memory-disk.ts'

const MEMORY_DIRECTORY = '/kafka-ts'
const HOST = '127.0.0.1'

/** Options of `startBroker`. */
export interface StartBrokerOptions {
  /**
   * Where the records are: 'memory', a directory of your own (which stays), or, when left out, a temporary one that is removed by `close`.
   */
  readonly dataDir?: string
  /** Default: a free one. */
  readonly port?: number
  /** Created before `startBroker` resolves: names (one partition, the broker's default), or the same as for `admin.createTopics`. */
  readonly topics?: readonly (string | NewTopic)[]
  /** Broker configs by Kafka's names: `{ 'auto.create.topics.enable': false }`. */
  readonly config?: Readonly<Record<string, string | number | boolean>>
}

/** A broker that runs in this process. */
export interface TestBroker extends AsyncDisposable {
  /** For the `brokers` of a `Kafka`. */
  readonly brokers: readonly string[]
  /** A client of it. `close` closes it too, if it is still open. */
  kafka(options?: Omit<KafkaOptions, 'brokers'>): Kafka
  /** Closes the clients and the broker, and removes a temporary directory. Idempotent; nothing is left behind. */
  close(): Promise<void>
}

/**
 * Starts a broker for a test: in this process, on 127.0.0.1, in the development profile.
 * Rejects with what the broker's start or the creation of a topic fails with.
 */
export async function startBroker(options: StartBrokerOptions = {}): Promise<TestBroker> {
  const doors = nodeDoors()
  const { directory, disk, isTemporary } = chooseDisk(options.dataDir, doors)
  const config = createBrokerConfig({ ...toTexts(options.config), 'log.dirs': directory, listeners: `${HOST}:${options.port ?? 0}` })
  const removeDirectory = isTemporary ? () => disk.removeTree(directory) : undefined
  const running = new RunningBroker(await start({ ...doors, disk }, config, removeDirectory), removeDirectory)
  try {
    await running.createTopics(options.topics ?? [])
    return running
  } catch (error) {
    await running.close()
    throw error
  }
}

async function start(doors: Doors, config: BrokerConfig, removeDirectory: (() => Promise<void>) | undefined): Promise<Broker> {
  try {
    return await Broker.start({ doors, config })
  } catch (error) {
    await removeDirectory?.()
    throw error
  }
}

function chooseDisk(
  dataDir: string | undefined,
  doors: Doors,
): { readonly directory: string; readonly disk: Doors['disk']; readonly isTemporary: boolean } {
  if (dataDir === 'memory') return { directory: MEMORY_DIRECTORY, disk: memoryDisk(), isTemporary: false }
  if (dataDir !== undefined) return { directory: dataDir, disk: doors.disk, isTemporary: false }
  const name = `kafka-ts-${Buffer.from(doors.random.uuid()).toString('hex')}`
  return { directory: join(tmpdir(), name), disk: doors.disk, isTemporary: true }
}

function toTexts(config: StartBrokerOptions['config'] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, String(value)]))
}

class RunningBroker implements TestBroker {
  readonly brokers: readonly string[]
  readonly #broker: Broker
  readonly #removeDirectory: (() => Promise<void>) | undefined
  readonly #clients = new Set<Kafka>()
  #closing: Promise<void> | undefined

  constructor(broker: Broker, removeDirectory: (() => Promise<void>) | undefined) {
    this.#broker = broker
    this.#removeDirectory = removeDirectory
    this.brokers = broker.listeners.map(({ host, port }) => `${host}:${port}`)
  }

  kafka(options: Omit<KafkaOptions, 'brokers'> = {}): Kafka {
    const kafka = new Kafka({ ...options, brokers: this.brokers })
    this.#clients.add(kafka)
    return kafka
  }

  async createTopics(topics: readonly (string | NewTopic)[]): Promise<void> {
    if (topics.length === 0) return
    await using kafka = new Kafka({ brokers: this.brokers })
    const wanted = topics.map((topic) => (typeof topic === 'string' ? { topic } : topic))
    for (const { error } of await kafka.admin.createTopics(wanted)) if (error !== undefined) throw error
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeOnce()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #closeOnce(): Promise<void> {
    await Promise.all([...this.#clients].map((kafka) => kafka.close()))
    await this.#broker.close()
    await this.#removeDirectory?.()
  }
}
