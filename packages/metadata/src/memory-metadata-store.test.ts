import { Scheduler, VirtualClock } from '@kafka-ts/io/simulated'
import { expect, test } from 'vitest'
import { createMemoryMetadataStore } from './memory-metadata-store.ts'
import { describeMetadataStoreContract } from './metadata-store.contract.ts'

describeMetadataStoreContract('in memory', async () => {
  const scheduler = new Scheduler({ seed: 1 })
  const store = createMemoryMetadataStore({ clock: new VirtualClock(scheduler) })
  return { store, elapse: (durationMs) => scheduler.runFor(durationMs) }
})

test('history is bounded: a reader that is too slow is told, and never skips', async () => {
  const store = createMemoryMetadataStore({ clock: new VirtualClock(new Scheduler({ seed: 1 })), retainedRevisions: 100 })
  const slow = store.watch({ prefix: '' })[Symbol.asyncIterator]()
  const write = () => store.transaction({ success: [{ type: 'put', key: 'a', value: new Uint8Array(1) }] })
  await write()
  expect((await slow.next()).value).toMatchObject({ revision: 2 })
  for (let i = 0; i < 200; i++) await write()
  await expect(slow.next()).rejects.toMatchObject({ code: 'COMPACTED' })
  await expect(store.get('a', { revision: 2 })).rejects.toMatchObject({ code: 'COMPACTED' })
  expect((await store.get('a', { revision: 150 })).entry?.modRevision).toBe(150)
  await store.close()
})
