import { Scheduler, SeededRandom, SimulatedDisk, type Survival, VirtualClock } from '@kafka-ts/io/simulated'
import { describe, expect, test } from 'vitest'
import type { MetadataStore, Operation } from '../metadata-store.ts'
import { openEmbeddedMetadataStore } from './embedded-metadata-store.ts'

const DIRECTORY = '/broker/metadata'
const TRANSACTIONS = 40
const CONCURRENT = 4
/** Small, so that the recorded run rewrites its file several times. */
const MIN_REWRITE_BYTES = 2000

function newDisk(seed: number): SimulatedDisk {
  const disk = new SimulatedDisk({ random: new SeededRandom(seed) })
  disk.makeDirectorySync('/broker')
  disk.syncDirectorySync('/')
  return disk
}

function open(disk: SimulatedDisk): Promise<MetadataStore> {
  const clock = new VirtualClock(new Scheduler({ seed: 1 }))
  return openEmbeddedMetadataStore({ clock, disk: disk.attach(), directory: DIRECTORY, minRewriteBytes: MIN_REWRITE_BYTES })
}

/** Transaction `n` writes its number to two keys and to one that the next deletes: half of it would show. */
function operations(n: number): Operation[] {
  const value = new Uint8Array(100).fill(n)
  return [
    { type: 'put', key: 'left', value },
    { type: 'put', key: `once/${n}`, value },
    { type: 'delete', key: `once/${n - 1}` },
    { type: 'put', key: 'right', value },
  ]
}

/** Runs transactions 1, 2, ... several at a time, each at revision 1 + its number, and notes the last that was acknowledged. */
async function work(store: MetadataStore, progress: { acknowledged: number; begun: number }): Promise<void> {
  while (progress.begun < TRANSACTIONS) {
    const numbers = Array.from({ length: CONCURRENT }, () => ++progress.begun)
    await Promise.all(
      numbers.map(async (n) => {
        const { revision } = await store.transaction({ success: operations(n) })
        expect(revision).toBe(n + 1)
        progress.acknowledged = n
      }),
    )
  }
  await store.close()
}

/** How many transactions the store holds; fails when it holds a part of one. */
async function countWhole(store: MetadataStore): Promise<number> {
  const { revision, entries } = await store.range('')
  const count = revision - 1
  const state = entries.map(({ key, value, modRevision }) => [key, value[0], modRevision])
  const expected = ['left', `once/${count}`, 'right'].map((key) => [key, count, revision])
  expect(state).toEqual(count === 0 ? [] : expected)
  return count
}

/** Crashes at a change of the disk; resolves to what was acknowledged and begun by then. */
async function runUntilCrash(disk: SimulatedDisk, point: { n: number; when: 'before' | 'after'; survival: Survival }) {
  const progress = { acknowledged: 0, begun: 0 }
  const crashed = Promise.withResolvers<void>()
  disk.observe(({ n, when }) => {
    if (n !== point.n || when !== point.when) return
    disk.observe(undefined)
    disk.crash(point.survival)
    crashed.resolve()
  })
  const run = async (): Promise<void> => work(await open(disk), progress)
  // The calls of a dead process fail or never return; only what it acknowledged before counts.
  await Promise.race([run().catch(() => undefined), crashed.promise])
  return progress
}

async function countChanges(): Promise<{ first: number; last: number }> {
  const disk = newDisk(1)
  const first = disk.changeCount + 1
  await work(await open(disk), { acknowledged: 0, begun: 0 })
  return { first, last: disk.changeCount }
}

describe.for<Survival>(['mixed', 'none', 'all'])('after a power failure that leaves of the unsynced writes: %s', (survival) => {
  test.for(['before', 'after'] as const)(
    'no acknowledged transaction is lost and none is half there, cut %s every change',
    async (when) => {
      const { first, last } = await countChanges()
      expect(last - first).toBeGreaterThan(20)
      for (let n = first; n <= last; n++) {
        const disk = newDisk(n)
        const { acknowledged, begun } = await runUntilCrash(disk, { n, when, survival })
        const kept = await countWhole(await open(disk))
        expect(kept, `crash ${when} change ${n}`).toBeGreaterThanOrEqual(acknowledged)
        expect(kept, `crash ${when} change ${n}`).toBeLessThanOrEqual(begun)
      }
    },
  )
})

test('a second power failure while it recovers loses nothing either', async () => {
  const { first, last } = await countChanges()
  for (let n = first; n <= last; n++) {
    for (let later = 1; later <= 8; later++) {
      const disk = newDisk(n * 100 + later)
      const { acknowledged } = await runUntilCrash(disk, { n, when: 'before', survival: 'mixed' })
      const again = await runUntilCrash(disk, { n: disk.changeCount + later, when: 'after', survival: 'mixed' })
      const store = await open(disk)
      const { revision } = await store.range('')
      expect(revision - 1, `crash at ${n} and ${later} later`).toBeGreaterThanOrEqual(Math.max(acknowledged, again.acknowledged))
      await store.close()
    }
  }
})
