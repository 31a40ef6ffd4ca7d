import { Scheduler, SeededRandom, SimulatedDisk, type Survival, VirtualClock } from '@kafka-ts/io/simulated'
import { describe, expect, test } from 'vitest'
import type { MetadataStore, Operation } from '../metadata-store.ts'
import { openEmbeddedMetadataStore } from './embedded-metadata-store.ts'

const DIRECTORY = '/broker/metadata'
const TRANSACTIONS = 40
const CONCURRENT = 4
/** Small, so that the recorded run rewrites its file several times. */
const MIN_REWRITE_BYTES = 2000

/** A machine whose disk takes its time: what is acknowledged too early is acknowledged before it is durable. */
class Machine {
  readonly scheduler: Scheduler
  readonly disk: SimulatedDisk

  constructor(seed: number) {
    this.scheduler = new Scheduler({ seed })
    this.disk = new SimulatedDisk({ random: new SeededRandom(seed), scheduler: this.scheduler })
    this.disk.makeDirectorySync('/broker')
    this.disk.syncDirectorySync('/')
  }

  open(): Promise<MetadataStore> {
    const options = { clock: new VirtualClock(this.scheduler), disk: this.disk.attach() }
    return openEmbeddedMetadataStore({ ...options, directory: DIRECTORY, minRewriteBytes: MIN_REWRITE_BYTES })
  }
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
async function runUntilCrash(machine: Machine, point: { n: number; when: 'before' | 'after'; survival: Survival }) {
  const { disk, scheduler } = machine
  const progress = { acknowledged: 0, begun: 0 }
  const crashed = Promise.withResolvers<void>()
  disk.observe(({ n, when }) => {
    if (n !== point.n || when !== point.when) return
    disk.observe(undefined)
    disk.crash(point.survival)
    crashed.resolve()
  })
  // The calls of a dead process fail or never return; only what it acknowledged before counts.
  const run = machine.open().then((store) => work(store, progress))
  await scheduler.settle(Promise.race([run.catch(() => undefined), crashed.promise]))
  return progress
}

/** Recovers, and crashes after change `n`, or once it is open when it makes fewer. */
async function openUntilCrash(machine: Machine, n: number): Promise<void> {
  const crashed = Promise.withResolvers<void>()
  machine.disk.observe((observation) => {
    if (observation.n === n && observation.when === 'after') crash()
  })
  const crash = (): void => {
    machine.disk.observe(undefined)
    machine.disk.crash()
    crashed.resolve()
  }
  const opened = machine.open().then(crash, () => undefined)
  await machine.scheduler.settle(Promise.race([opened, crashed.promise]))
}

async function countChanges(): Promise<{ first: number; last: number }> {
  const machine = new Machine(1)
  const first = machine.disk.changeCount + 1
  await machine.scheduler.settle(machine.open().then((store) => work(store, { acknowledged: 0, begun: 0 })))
  return { first, last: machine.disk.changeCount }
}

describe.for<Survival>(['mixed', 'none', 'all'])('after a power failure that leaves of the unsynced writes: %s', (survival) => {
  test.for(['before', 'after'] as const)(
    'no acknowledged transaction is lost and none is half there, cut %s every change',
    async (when) => {
      const { first, last } = await countChanges()
      expect(last - first).toBeGreaterThan(20)
      for (let n = first; n <= last; n++) {
        const machine = new Machine(n)
        const { acknowledged, begun } = await runUntilCrash(machine, { n, when, survival })
        const kept = await countWhole(await machine.scheduler.settle(machine.open()))
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
      const machine = new Machine(n * 100 + later)
      const { acknowledged } = await runUntilCrash(machine, { n, when: 'before', survival: 'mixed' })
      await openUntilCrash(machine, machine.disk.changeCount + later)
      const kept = await countWhole(await machine.scheduler.settle(machine.open()))
      expect(kept, `crash at ${n} and ${later} later`).toBeGreaterThanOrEqual(acknowledged)
    }
  }
})
