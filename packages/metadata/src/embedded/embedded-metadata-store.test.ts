import { type Disk, DiskError } from '@kafka-ts/io'
import { Scheduler, SeededRandom, SimulatedDisk, VirtualClock } from '@kafka-ts/io/simulated'
import { beforeEach, describe, expect, test } from 'vitest'
import { describeMetadataStoreContract } from '../metadata-store.contract.ts'
import type { MetadataStore } from '../metadata-store.ts'
import { openEmbeddedMetadataStore } from './embedded-metadata-store.ts'

const DIRECTORY = '/broker/metadata'
const FILE = `${DIRECTORY}/metadata.log`

function newDisk(seed = 0): SimulatedDisk {
  const disk = new SimulatedDisk({ random: new SeededRandom(seed) })
  disk.makeDirectorySync('/broker')
  disk.syncDirectorySync('/')
  return disk
}

function open(disk: Disk, options: { scheduler?: Scheduler; minRewriteBytes?: number } = {}): Promise<MetadataStore> {
  const { scheduler = new Scheduler({ seed: 1 }), ...others } = options
  return openEmbeddedMetadataStore({ clock: new VirtualClock(scheduler), disk, directory: DIRECTORY, ...others })
}

async function put(store: MetadataStore, key: string, value = new Uint8Array(8), leaseId = 0): Promise<number> {
  return (await store.transaction({ success: [{ type: 'put', key, value, leaseId }] })).revision
}

async function keys(store: MetadataStore): Promise<string[]> {
  return (await store.range('')).entries.map(({ key }) => key)
}

describeMetadataStoreContract('embedded', async () => {
  const scheduler = new Scheduler({ seed: 1 })
  const disk = newDisk()
  return {
    store: await open(disk, { scheduler }),
    elapse: (durationMs) => scheduler.runFor(durationMs),
    loseOutcomes: () => disk.faults.add({ operation: 'sync', path: FILE }),
  }
})

describe('an embedded metadata store', () => {
  let disk: SimulatedDisk
  beforeEach(() => {
    disk = newDisk()
  })

  test('has everything again after it was closed, history included', async () => {
    const before = await open(disk)
    await put(before, 'a')
    await put(before, 'a')
    const { entry } = await before.get('a')
    await before.close()
    const after = await open(disk)
    expect(await after.get('a')).toEqual({ revision: 3, entry })
    expect((await after.get('a', { revision: 2 })).entry?.version).toBe(1)
    expect(await put(after, 'b')).toBe(4)
    await after.close()
  })

  test('has everything again after the power failed', async () => {
    await put(await open(disk), 'a')
    disk.crash('none')
    const after = await open(disk)
    expect(await after.get('a')).toMatchObject({ revision: 2, entry: { key: 'a' } })
    await after.close()
  })

  test('shows nobody what is not durable yet', async () => {
    const store = await open(disk)
    const written = put(store, 'a')
    expect(await store.get('a')).toEqual({ revision: 1, entry: undefined })
    await written
    expect((await store.get('a')).revision).toBe(2)
    await store.close()
  })

  test('a failed compare waits for the durability of what it saw', async () => {
    const store = await open(disk)
    disk.faults.add({ operation: 'sync', path: FILE })
    const written = put(store, 'a')
    const compared = store.transaction({ compares: [{ key: 'a', target: 'version', equals: 0 }], success: [] })
    await expect(written).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    await expect(compared).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await store.close()
  })

  test('transactions that wait together share one sync', async () => {
    const store = await open(disk)
    let syncs = 0
    disk.observe(({ operation, when }) => {
      if (operation === 'sync' && when === 'after') syncs++
    })
    await Promise.all(Array.from({ length: 50 }, (_, i) => put(store, `k${i}`)))
    expect(syncs).toBe(1)
    await store.close()
  })

  test('refuses what is too much to wait, but keeps leases alive meanwhile', async () => {
    const store = await open(disk)
    const { leaseId } = await store.grantLease(5000)
    const results = Promise.allSettled(Array.from({ length: 4100 }, () => put(store, 'a')))
    await store.keepLeaseAlive(leaseId)
    const refused = (await results).flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    expect(refused).toHaveLength(4)
    for (const reason of refused) expect(reason).toMatchObject({ code: 'TOO_MANY_REQUESTS', retriable: true })
    expect((await store.get('a')).entry?.version).toBe(4096)
    await store.close()
  })

  test('takes no more writes once its disk failed, but still answers reads', async () => {
    const store = await open(disk)
    await put(store, 'a')
    disk.faults.add({ operation: 'sync', path: FILE })
    await expect(put(store, 'b')).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN', cause: expect.any(DiskError) })
    await expect(put(store, 'c')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(store.grantLease(5000)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await keys(store)).toEqual(['a'])
    await store.close()
  })

  test('refuses writes while its disk is full, without effect, and takes them again when there is room', async () => {
    const store = await open(disk)
    await put(store, 'a')
    disk.setFreeBytes(300)
    const value = new Uint8Array(200)
    const refused = await Promise.allSettled([put(store, 'b', value), put(store, 'a', value), put(store, 'c', value)])
    for (const result of refused) expect(result).toMatchObject({ reason: { code: 'UNAVAILABLE', retriable: true } })
    expect(await put(store, 'd')).toBe(3)
    disk.setFreeBytes(Number.POSITIVE_INFINITY)
    expect(await put(store, 'b', value)).toBe(4)
    expect((await store.get('a')).entry).toMatchObject({ version: 1, modRevision: 2 })
    disk.crash('none')
    const after = await open(disk.attach())
    expect(await keys(after)).toEqual(['a', 'b', 'd'])
    await after.close()
  })

  test('the keys of a lease that ended while the disk was full go once there is room', async () => {
    const scheduler = new Scheduler({ seed: 1 })
    const store = await open(disk, { scheduler })
    const { leaseId } = await store.grantLease(5000)
    await put(store, 'a', new Uint8Array(1), leaseId)
    disk.setFreeBytes(0)
    await scheduler.runFor(8000)
    expect(await keys(store)).toEqual(['a'])
    disk.setFreeBytes(Number.POSITIVE_INFINITY)
    await scheduler.runFor(2000)
    expect(await store.get('a')).toEqual({ revision: 3, entry: undefined })
    await store.close()
  })

  test('keeps its file when there is no room to rewrite it', async () => {
    const store = await open(disk, { minRewriteBytes: 1000 })
    for (let i = 0; i < 3; i++) await put(store, `k${i}`, new Uint8Array(200))
    disk.setFreeBytes(700)
    expect(await put(store, 'k3', new Uint8Array(400))).toBe(5)
    await store.close()
    expect(disk.statSync(`${FILE}.tmp`)).toBeUndefined()
    disk.crash('none')
    const after = await open(disk.attach())
    expect(await keys(after)).toEqual(['k0', 'k1', 'k2', 'k3'])
    await after.close()
  })

  test('deletes the keys of leases when it opens, in one revision that can be watched', async () => {
    const before = await open(disk)
    const { leaseId } = await before.grantLease(5000)
    await put(before, 'broker/1', new Uint8Array(1), leaseId)
    await put(before, 'topic')
    await before.close()
    const after = await open(disk)
    expect(await keys(after)).toEqual(['topic'])
    for await (const batch of after.watch({ prefix: '', fromRevision: 4 })) {
      expect(batch).toEqual({ revision: 4, events: [{ type: 'delete', key: 'broker/1' }] })
      break
    }
    await after.close()
    const again = await open(disk)
    expect((await again.get('topic')).revision).toBe(4)
    await again.close()
  })

  test('keeps its file small by rewriting it', async () => {
    const store = await open(disk, { minRewriteBytes: 10_000 })
    for (let i = 0; i < 200; i++) await put(store, `k${i % 4}`, new Uint8Array(1000))
    expect(disk.statSync(FILE)?.size).toBeLessThan(20_000)
    await store.close()
    const after = await open(disk)
    expect((await after.get('k3')).entry).toMatchObject({ modRevision: 201, version: 50 })
    await after.close()
  })

  test('what a restart after a failed sync shows is durable, whatever the page cache pretends', async () => {
    for (let seed = 0; seed < 20; seed++) {
      disk = newDisk(seed)
      const store = await open(disk)
      await put(store, 'a')
      disk.faults.add({ operation: 'sync', path: FILE })
      await expect(put(store, 'b')).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
      disk.killProcess()
      const restarted = await open(disk.attach())
      const shown = await keys(restarted)
      disk.crash('none')
      expect(await keys(await open(disk.attach()))).toEqual(shown)
    }
  })

  test('cuts a torn end', async () => {
    const store = await open(disk)
    await put(store, 'a')
    const size = disk.statSync(FILE)?.size ?? 0
    disk.killProcess()
    const file = disk.attach().openSync(FILE, 'readWrite')
    file.writeSync([new Uint8Array(100).fill(7)], size)
    const after = await open(disk.attach())
    expect(await keys(after)).toEqual(['a'])
    await after.close()
  })

  test('refuses damage before the end, names the place, and leaves the file as it is', async () => {
    const store = await open(disk)
    for (let i = 0; i < 10; i++) await put(store, `k${i}`)
    await store.close()
    const size = disk.statSync(FILE)?.size ?? 0
    disk.flipBit(FILE, Math.floor(size / 2))
    await expect(open(disk)).rejects.toMatchObject({ code: 'CORRUPT', message: expect.stringContaining(`${FILE} is damaged at position`) })
    disk.flipBit(FILE, Math.floor(size / 2))
    const after = await open(disk)
    expect(await keys(after)).toHaveLength(10)
    await after.close()
  })

  test('finds every flipped bit of a cleanly closed file, but for the mark of its clean end', async () => {
    const store = await open(disk)
    for (let i = 0; i < 3; i++) await put(store, `k${i}`)
    await store.close()
    const bytes = Buffer.alloc(disk.statSync(FILE)?.size ?? 0)
    disk.openSync(FILE, 'read').readSync(bytes, 0)
    const CLOSED_FRAME_BYTES = 17
    for (let position = 0; position < bytes.length - CLOSED_FRAME_BYTES; position++) {
      disk.flipBit(FILE, position, position % 8)
      await expect(open(disk)).rejects.toMatchObject({ code: expect.stringMatching(/^(CORRUPT|UNSUPPORTED_FORMAT)$/) })
      disk.flipBit(FILE, position, position % 8)
    }
  })

  test('refuses a file of a newer format', async () => {
    await (await open(disk)).close()
    const file = disk.openSync(FILE, 'readWrite')
    file.writeSync([Uint8Array.of(0, 0, 0, 2)], 4)
    await expect(open(disk)).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
  })
})
