import { TaskLimit } from '@kafka-ts/io'
import { type AnyApi, apis, KafkaError, type KafkaErrorCode } from '@kafka-ts/protocol'
import type { ConnectionPool } from '../connection/connection-pool.ts'
import type { ConnectionRequest, ConnectionResponse, NativeConnection } from '../connection/native-connection.ts'
import type { MetadataCache } from './metadata-cache.ts'

/** Groups whose coordinators are kept in mind; past it all are asked for again. */
const MAX_REMEMBERED_GROUPS = 10_000

/** Calls that change offsets of groups and are under way at a time: a connection takes so many more before it refuses any. */
const MAX_OFFSET_CHANGES = 500

/** What says that a group may be with another broker by now. */
const MOVED: ReadonlySet<KafkaErrorCode> = new Set<KafkaErrorCode>([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'DISCONNECTED',
  'REQUEST_TIMED_OUT',
])

/**
 * Which broker coordinates which group, as last heard of. Grouped consumers and the admin of one client share it; each decides by itself
 * whether and how long to try again: the errors are retriable ones.
 */
export class Coordinators {
  /** Where calls of the admin wait that change offsets, so that however many there are at once, none fails for that. */
  readonly offsetChanges = new TaskLimit(MAX_OFFSET_CHANGES)
  readonly #pool: ConnectionPool
  readonly #metadata: MetadataCache
  readonly #byGroup = new Map<string, number>()

  constructor(pool: ConnectionPool, metadata: MetadataCache) {
    this.#pool = pool
    this.#metadata = metadata
  }

  /** The broker of each group, asked for where it is not known, or why there is none. Rejects when no broker answers. */
  async locate(groupIds: readonly string[]): Promise<ReadonlyMap<string, number | KafkaError>> {
    const located = new Map<string, number | KafkaError>()
    const unknown = new Set<string>()
    for (const groupId of groupIds) {
      const known = this.#byGroup.get(groupId)
      if (known === undefined) unknown.add(groupId)
      else located.set(groupId, known)
    }
    if (unknown.size > 0) for (const [groupId, found] of await this.#ask([...unknown])) located.set(groupId, found)
    return located
  }

  /** The broker of a group. Rejects with INVALID_GROUP_ID, COORDINATOR_NOT_AVAILABLE and the like, or when no broker answers. */
  async find(groupId: string): Promise<number> {
    const found = (await this.locate([groupId])).get(groupId)
    if (typeof found === 'number') return found
    throw found ?? new KafkaError('PROTOCOL_ERROR', `The broker's answer leaves out group "${groupId}".`)
  }

  /** The connection to a broker that coordinates. */
  async connect(nodeId: number): Promise<NativeConnection> {
    const established = this.#pool.established(nodeId, 'main')
    if (established !== undefined) return established
    // Only the metadata have its address, and they may never have been asked for.
    await this.#metadata.query([])
    return this.#pool.connect(nodeId, 'main')
  }

  /** One request to the coordinator of a group, tried once. After an error that says so the coordinator is looked for anew next time. */
  async request<A extends AnyApi>(groupId: string, api: A, options: ConnectionRequest<A>): Promise<ConnectionResponse<A>> {
    const nodeId = await this.find(groupId)
    try {
      const connection = await this.connect(nodeId)
      return await connection.request(api, options)
    } catch (error) {
      this.forgetAfter(groupId, error)
      throw error
    }
  }

  /** Forgets who coordinates the group if `error`, of the group or of a request to its coordinator, says that it may have moved. */
  forgetAfter(groupId: string, error: unknown): void {
    if (error instanceof KafkaError && MOVED.has(error.code)) this.#byGroup.delete(groupId)
  }

  async #ask(groupIds: readonly string[]): Promise<Map<string, number | KafkaError>> {
    const connection = await this.#pool.connectAny()
    const { response } = await connection.request(apis.findCoordinator, { request: { groupIds } })
    const found = new Map<string, number | KafkaError>()
    for (const { groupId, brokerId, errorCode, errorMessage } of response.coordinators) {
      if (errorCode === 0) this.#remember(groupId, brokerId)
      found.set(groupId, errorCode === 0 ? brokerId : KafkaError.fromWire(errorCode, errorMessage))
    }
    return found
  }

  #remember(groupId: string, brokerId: number): void {
    if (this.#byGroup.size >= MAX_REMEMBERED_GROUPS) this.#byGroup.clear()
    this.#byGroup.set(groupId, brokerId)
  }
}
