import type { AnyApi, RequestOf, ResponseOf } from '@kafka-ts/protocol'
import type { Cluster } from '../../cluster/cluster.ts'
import type { NativeConnection } from '../../connection/native-connection.ts'

/** The way of one group's members to its coordinator, over a connection that nothing else uses. */
export class GroupCoordinator {
  readonly group: string
  readonly #cluster: Cluster

  constructor(cluster: Cluster, group: string) {
    this.#cluster = cluster
    this.group = group
  }

  /** The connection to the coordinator, which is looked for if it is not known. Rejects with why there is none; what is retriable may be tried again. */
  async connect(): Promise<NativeConnection> {
    const { coordinators, metadata, pool } = this.#cluster
    try {
      const nodeId = await coordinators.find(this.group)
      const established = pool.established(nodeId, 'group')
      if (established !== undefined) return established
      // Only the metadata have its address, and they may be older than it.
      await metadata.query([])
      return await pool.connect(nodeId, 'group')
    } catch (error) {
      this.forgetAfter(error)
      throw error
    }
  }

  /** One request, tried once. */
  async request<A extends AnyApi>(api: A, request: RequestOf<A>, timeoutMs?: number): Promise<ResponseOf<A>> {
    const connection = await this.connect()
    try {
      const { response } = await connection.request(api, { request, ...(timeoutMs === undefined ? {} : { timeoutMs }) })
      return response
    } catch (error) {
      this.forgetAfter(error)
      throw error
    }
  }

  /** Looks for the coordinator anew, next time, if the error says that it may be another. */
  forgetAfter(error: unknown): void {
    this.#cluster.coordinators.forgetAfter(this.group, error)
  }
}
