import type { Random } from '@kafka-ts/io'
import type { MetadataStore } from '@kafka-ts/metadata'
import { uuidToString } from '@kafka-ts/protocol'
import { commit } from './commit.ts'
import { decodeValue, encodeValue, PRODUCER_ID_KEY, type ProducerIdRecord } from './metadata-keys.ts'

/** Ids taken from the metadata at a time; those a broker does not hand out before it ends are lost. */
const BLOCK_IDS = 1000

/** What an idempotent producer puts into its batches. */
export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

export interface ProducerIdsOptions {
  readonly store: MetadataStore
  readonly random: Random
}

/** Hands out producer ids, each one once in the life of the cluster: whole blocks are reserved in the metadata before the first of them is used. */
export class ProducerIds {
  readonly #options: ProducerIdsOptions
  #next = 0
  #blockEnd = 0
  #reserving: Promise<void> | undefined

  constructor(options: ProducerIdsOptions) {
    this.#options = options
  }

  /** An id that nobody has had, in its first epoch. Throws NOT_CONTROLLER when the metadata cannot be written. */
  async allocate(): Promise<ProducerIdentity> {
    while (this.#next === this.#blockEnd) {
      this.#reserving ??= this.#reserveBlock().finally(() => {
        this.#reserving = undefined
      })
      await this.#reserving
    }
    return { producerId: this.#next++, producerEpoch: 0 }
  }

  /** Whether some broker of the cluster may have handed out `producerId`. */
  async isKnown(producerId: number): Promise<boolean> {
    const { entry } = await this.#options.store.get(PRODUCER_ID_KEY)
    return entry !== undefined && producerId < decodeValue<ProducerIdRecord>(entry.value).next
  }

  async #reserveBlock(): Promise<void> {
    const { store, random } = this.#options
    for (;;) {
      const { entry } = await store.get(PRODUCER_ID_KEY)
      const first = entry === undefined ? 0 : decodeValue<ProducerIdRecord>(entry.value).next
      // The claim tells this reservation from one of the same block by another broker, should the outcome be unknown.
      const record: ProducerIdRecord = { next: first + BLOCK_IDS, claim: uuidToString(random.uuid()) }
      const { succeeded } = await commit(store, {
        compares: [{ key: PRODUCER_ID_KEY, target: 'modRevision', equals: entry?.modRevision ?? 0 }],
        success: [{ type: 'put', key: PRODUCER_ID_KEY, value: encodeValue(record) }],
      })
      if (!succeeded) continue
      this.#next = first
      this.#blockEnd = record.next
      return
    }
  }
}
