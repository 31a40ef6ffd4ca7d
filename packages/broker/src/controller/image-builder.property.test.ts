import { Scheduler, VirtualClock } from '@kafka-ts/io/simulated'
import { createMemoryMetadataStore, type Operation, readAll } from '@kafka-ts/metadata'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ImageBuilder } from './image-builder.ts'
import { deletionKey, encodeValue, partitionKey, topicConfigKey, topicKey } from './metadata-keys.ts'

const ids = ['AAAAAAAAAAAAAAAAAAAAAQ', 'AAAAAAAAAAAAAAAAAAAAAg', 'AAAAAAAAAAAAAAAAAAAAAw'] as const
const id = fc.constantFrom(...ids)
const partition = { leader: 1, leaderEpoch: 0, replicas: [1], isr: [1], directoryId: 'd' }

/** What a controller does, as transactions. A topic's name is its id's last letter, in one of two spellings. */
const transactions = fc.array(
  fc.record({
    kind: fc.constantFrom('create', 'grow', 'config', 'delete', 'forget'),
    id,
    count: fc.integer({ min: 1, max: 4 }),
    name: fc.constantFrom('x', 'y'),
  }),
  { maxLength: 30 },
)

describe('ImageBuilder', () => {
  it('gets to the same image by following every change as by reading the end of them', async () => {
    await fc.assert(
      fc.asyncProperty(transactions, async (steps) => {
        const store = createMemoryMetadataStore({ clock: new VirtualClock(new Scheduler({ seed: 1 })) })
        const follower = new ImageBuilder()
        const names = new Map<string, string>()
        const watch = store.watch({ prefix: '', fromRevision: 2 })
        for (const { kind, id: topicId, count, name } of steps) {
          const success = toOperations(names, { kind, topicId, count, name })
          if (success.length > 0) await store.transaction({ success })
        }
        const { revision, entries } = await readAll(store, '')
        if (revision > 1) {
          for await (const batch of watch) {
            for (const event of batch.events) follower.apply(event)
            follower.build(batch.revision)
            if (batch.revision === revision) break
          }
        }
        const reader = new ImageBuilder()
        for (const entry of entries) reader.apply({ type: 'put', entry })
        const read = reader.build(revision)
        expect(follower.image.topics).toEqual(read.topics)
        expect(follower.image.topicsById).toEqual(read.topicsById)
        expect(follower.image.deletions).toEqual(read.deletions)
      }),
      { numRuns: 200 },
    )
  })
})

function toOperations(names: Map<string, string>, step: { kind: string; topicId: string; count: number; name: string }): Operation[] {
  const { kind, topicId, count } = step
  const name = names.get(topicId)
  const put = (key: string, value: object): Operation => ({ type: 'put', key, value: encodeValue(value) })
  const parts = (n: number): Operation[] => Array.from({ length: n }, (_, index) => put(partitionKey(topicId, index), partition))
  if (kind === 'create' && name === undefined && ![...names.values()].includes(step.name)) {
    names.set(topicId, step.name)
    return [put(topicKey(step.name), { id: topicId, partitions: count }), ...parts(count)]
  }
  if (name === undefined)
    return kind === 'forget'
      ? [
          { type: 'deletePrefix', prefix: `part/${topicId}/` },
          { type: 'delete', key: deletionKey(topicId) },
        ]
      : []
  if (kind === 'grow') return [put(topicKey(name), { id: topicId, partitions: 4 }), ...parts(4)]
  if (kind === 'config') return [put(topicConfigKey(name), { 'retention.ms': String(count) })]
  if (kind !== 'delete') return []
  names.delete(topicId)
  return [
    { type: 'delete', key: topicKey(name) },
    { type: 'delete', key: topicConfigKey(name) },
    put(deletionKey(topicId), { name, partitions: count }),
  ]
}
