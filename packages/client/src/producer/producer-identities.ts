import { apis } from '@kafka-ts/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { toKafkaError } from '../errors.ts'
import type { ProducerIdentity } from './partition-sequences.ts'

const NONE: ProducerIdentity = { producerId: -1, producerEpoch: -1 }

/** Asks the brokers who a producer is: its id when it is first needed, and a new epoch for a partition that needs one. */
export class ProducerIdentities {
  readonly #cluster: Cluster
  #first: Promise<ProducerIdentity> | undefined
  #known: ProducerIdentity | undefined

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** What partitions begin with; undefined until it is known. */
  get known(): ProducerIdentity | undefined {
    return this.#known
  }

  /** The id and first epoch of this producer, the same for all its partitions. Rejects with a `KafkaError` that is not retriable. */
  first(): Promise<ProducerIdentity> {
    this.#first ??= this.#ask(NONE).then(
      (identity) => {
        this.#known = identity
        return identity
      },
      (error: unknown) => {
        this.#first = undefined
        throw error
      },
    )
    return this.#first
  }

  /** The epoch after `identity`, or a new id where there is none. Rejects as `first`. */
  next(identity: ProducerIdentity): Promise<ProducerIdentity> {
    return this.#ask(identity)
  }

  /** A new id, whatever the producer had. Rejects as `first`. */
  fresh(): Promise<ProducerIdentity> {
    return this.#ask(NONE)
  }

  /** Until it is answered: the records that wait have a time limit of their own. */
  async #ask(identity: ProducerIdentity): Promise<ProducerIdentity> {
    const request = { transactionalId: null, transactionTimeoutMs: 0, ...identity }
    for (;;) {
      try {
        const { response } = await this.#cluster.retrying('initProducerId', {}, () =>
          this.#cluster.request(undefined, apis.initProducerId, { request }),
        )
        return response
      } catch (cause) {
        const error = toKafkaError(cause, 'initProducerId')
        if (!error.retriable) throw error
        this.#cluster.config.logger?.warn(`no producer id yet: ${error.message}`)
      }
    }
  }
}
