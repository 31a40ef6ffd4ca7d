import { apis, type TopicPartitions, uuidFromString, uuidToString } from '@kafka-ts/protocol'
import type { ConnectionPool } from '../connection/connection-pool.ts'
import type { TopicPartition } from '../record.ts'

/** Topics whose names are kept in mind; past it all are asked for again. */
const MAX_REMEMBERED_TOPICS = 100_000

/** The names of topics of which answers about groups tell the ids. An id keeps its name for ever, so it is asked for once. */
export class TopicNames {
  readonly #pool: ConnectionPool
  readonly #byId = new Map<string, string>()

  constructor(pool: ConnectionPool) {
    this.#pool = pool
  }

  /** Names by the text form of the ids. Topics that are gone are left out. Rejects when no broker answers. */
  async of(topicIds: Iterable<Uint8Array>): Promise<ReadonlyMap<string, string>> {
    const wanted = new Set(Array.from(topicIds, uuidToString))
    const unknown = [...wanted].filter((id) => !this.#byId.has(id))
    if (unknown.length > 0) await this.#ask(unknown)
    const names = new Map<string, string>()
    for (const id of wanted) {
      const name = this.#byId.get(id)
      if (name !== undefined) names.set(id, name)
    }
    return names
  }

  async #ask(ids: readonly string[]): Promise<void> {
    const topics = ids.map((id) => ({ name: null, topicId: uuidFromString(id) }))
    const connection = await this.#pool.connectAny()
    const { response } = await connection.request(apis.metadata, { request: { topics, allowAutoCreate: false } })
    if (this.#byId.size + ids.length > MAX_REMEMBERED_TOPICS) this.#byId.clear()
    for (const { name, topicId, errorCode } of response.topics) {
      if (errorCode === 0 && name !== null) this.#byId.set(uuidToString(topicId), name)
    }
  }
}

/** Partitions of topics, by name; those of topics without one are left out. */
export function namedPartitions(names: ReadonlyMap<string, string>, topics: TopicPartitions): TopicPartition[] {
  return topics.flatMap(({ topicId, partitions }) => {
    const topic = names.get(uuidToString(topicId))
    return topic === undefined ? [] : partitions.map((partition) => ({ topic, partition }))
  })
}
