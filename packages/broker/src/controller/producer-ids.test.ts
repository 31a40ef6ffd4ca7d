import { nodeDoors } from '@kafka-ts/io'
import { createMemoryMetadataStore, MetadataError, type MetadataStore } from '@kafka-ts/metadata'
import { describe, expect, it } from 'vitest'
import { ProducerIds } from './producer-ids.ts'

const { clock, random } = nodeDoors()

/** A store of which every transaction succeeds, but says that it does not know. */
function forgetful(store: MetadataStore): MetadataStore {
  return new Proxy(store, {
    get(target, property) {
      if (property !== 'transaction') return (Reflect.get(target, property) as (...inputs: unknown[]) => unknown).bind(target)
      return async (...inputs: Parameters<MetadataStore['transaction']>) => {
        await target.transaction(...inputs)
        throw new MetadataError('OUTCOME_UNKNOWN', 'the answer was lost')
      }
    },
  })
}

describe('producer ids', () => {
  it('are never the same for brokers that reserve at one time, also when outcomes are unknown', async () => {
    const store = createMemoryMetadataStore({ clock })
    const brokers = [store, forgetful(store), store, forgetful(store)].map((each) => new ProducerIds({ store: each, random }))
    const asked = Array.from({ length: 2500 }, async (_, index) => {
      for (;;) {
        try {
          return (await brokers[index % brokers.length]!.allocate()).producerId
        } catch (error) {
          // A reservation that lost against another broker's and does not know it is tried again, as a client would.
          expect(error).toMatchObject({ code: 'NOT_CONTROLLER' })
        }
      }
    })
    const ids = await Promise.all(asked)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
