import { type Kafka, nullable, type Producer, string, topic } from '@kafka-ts/client'
import type { SeededRandom } from '@kafka-ts/io/simulated'
import { CompactedKeys, type SeenRecord } from '../check/compacted-keys.ts'
import { pick } from '../plan.ts'
import { readValue, recordValue } from '../values.ts'
import type { World } from '../world.ts'

const PROCESS = 'compaction'
const TOPIC = 'compacted'
const KEYS = 6
const TOMBSTONE_PROBABILITY = 0.25
const MAX_VALUE_SIZE = 300
const MAX_PAUSE_MS = 250
/** Of the writes, so often everything is read. */
const READ_PROBABILITY = 0.08
const READ_TIMEOUT_MS = 15_000
const DELETE_RETENTION_MS = 3000
/** Idle segments are closed after this time, so that everything is clean in the end. */
const MAX_COMPACTION_LAG_MS = 2000
/** Once every fault is over and nothing is written any more, each key has at most one record within this time. */
const CLEANING_MS = 60_000

const compacted = topic(TOPIC, { key: string(), value: nullable(string()) })

/** Overwrites and deletes a few keys of a compacted topic, reads all of it now and then, and holds it against what was acknowledged. */
export class CompactionWorker {
  readonly #world: World
  readonly #random: SeededRandom
  readonly #keys: CompactedKeys
  readonly #hasClockJumps: boolean
  #isStopped = false
  #count = 0

  constructor(world: World) {
    const { faults } = world.plan
    this.#world = world
    this.#random = world.random(PROCESS)
    this.#hasClockJumps = faults.includes('clock-jump')
    this.#keys = new CompactedKeys({
      deleteRetentionMs: DELETE_RETENTION_MS,
      hasClockJumps: this.#hasClockJumps,
      hasLostSnapshots: faults.includes('lost-snapshot'),
    })
  }

  stop(): void {
    this.#isStopped = true
  }

  /** Resolves once it was stopped and its last write has an outcome. */
  async run(): Promise<void> {
    const kafka = this.#world.client(PROCESS)
    await this.#createTopic(kafka)
    const producer = kafka.producer({ deliveryTimeoutMs: 5000, maxBlockMs: 5000, retryBackoffMs: 20, retryBackoffMaxMs: 500 })
    while (!this.#isStopped) {
      await this.#write(producer)
      if (this.#random.chance(READ_PROBABILITY)) await this.#look(kafka)
      await this.#world.sleep(this.#random.below(MAX_PAUSE_MS))
    }
    await producer.close()
    await kafka.close()
  }

  /** After the last restart: everything is clean soon, and of each key there is what must be. */
  async lookAtEnd(): Promise<void> {
    const kafka = this.#world.client(PROCESS)
    const deadlineMs = this.#world.nowMs + CLEANING_MS
    for (;;) {
      const records = await this.#look(kafka)
      const isClean = records !== undefined && records.length <= new Set(records.map(({ key }) => key)).size
      if (isClean && records.every(({ id }) => id !== undefined)) break
      // Age is by the wall clocks of broker and client: where these jump, it takes hours.
      if (this.#hasClockJumps && records !== undefined) break
      if (this.#world.nowMs > deadlineMs) {
        this.#world.violation('compaction', `${records?.length ?? 'unreadable'} records are left ${CLEANING_MS} ms after the last restart`)
        break
      }
      await this.#world.sleep(500)
    }
    await kafka.close()
  }

  async #createTopic(kafka: Kafka): Promise<void> {
    const configs = {
      'cleanup.policy': pick(this.#random, ['compact', 'compact,delete']),
      'segment.bytes': String(pick(this.#random, [1024, 2048, 4096])),
      'index.interval.bytes': String(pick(this.#random, [0, 200, 4096])),
      'file.delete.delay.ms': String(pick(this.#random, [0, 100, 2000])),
      'min.cleanable.dirty.ratio': pick(this.#random, ['0', '0.3']),
      'delete.retention.ms': String(DELETE_RETENTION_MS),
      'max.compaction.lag.ms': String(MAX_COMPACTION_LAG_MS),
      'retention.ms': '-1',
      'message.timestamp.after.max.ms': '9223372036854775807',
    }
    for (let isDone = false; !isDone && !this.#isStopped; ) {
      const outcome = await this.#world.operate(PROCESS, `create ${TOPIC}`, async () => {
        try {
          await kafka.admin.createTopic({ topic: compacted, partitions: 1, configs })
        } catch (error) {
          if (this.#world.codeOf(error) !== 'TOPIC_ALREADY_EXISTS') throw error
        }
        return true
      })
      isDone = outcome === true
      if (!isDone) await this.#world.sleep(200)
    }
  }

  async #write(producer: Producer): Promise<void> {
    const key = `key-${this.#random.below(KEYS)}`
    const id = this.#random.chance(TOMBSTONE_PROBABILITY) ? undefined : `${PROCESS}-${this.#count++}`
    const value = id === undefined ? null : recordValue(id, this.#random.below(MAX_VALUE_SIZE))
    const acknowledge = this.#keys.write(key, id, this.#world.nowMs)
    await this.#world.operate(PROCESS, `write ${key}=${id ?? 'null'}`, async () => {
      const { offset } = await producer.send(compacted, { key, value, partition: 0 })
      // -1: it was written before, and the broker does not know where any more.
      if (offset >= 0) acknowledge(offset, this.#world.nowMs)
    })
  }

  /** Reads everything and checks it; undefined when it could not be read. */
  async #look(kafka: Kafka): Promise<readonly SeenRecord[] | undefined> {
    const askedMs = this.#world.nowMs
    const records = await this.#world.operate(PROCESS, `read ${TOPIC}`, () => this.#read(kafka))
    if (records === undefined) return undefined
    for (const problem of this.#keys.problems(records, { askedMs, endedMs: this.#world.nowMs }))
      this.#world.violation('compaction', problem)
    return records
  }

  async #read(kafka: Kafka): Promise<SeenRecord[] | undefined> {
    const records: SeenRecord[] = []
    const tooLong = new AbortController()
    const timeout = this.#world.setTimer(READ_TIMEOUT_MS, () => tooLong.abort())
    await using consumer = kafka.consumer({ topics: [compacted], from: 'earliest', until: 'end', signal: tooLong.signal })
    for await (const { offset, key, value } of consumer) records.push({ offset, key: key ?? 'none', id: this.#idOf(value, offset) })
    timeout.cancel()
    return tooLong.signal.aborted ? undefined : records
  }

  #idOf(value: string | null, offset: number): string | undefined {
    if (value === null) return undefined
    const { value: id, isIntact } = readValue(Buffer.from(value))
    if (!isIntact) this.#world.violation('I20', `read bytes of ${TOPIC} at offset ${offset} that nobody sent: ${id}`)
    return id
  }
}
