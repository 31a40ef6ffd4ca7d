// biome-ignore lint/correctness/noUndeclaredDependencies: a suite for tests only, whose name keeps vitest from running it by itself.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LEASE_TTL_FLOOR_MS, MAX_PAGE_ENTRIES, MAX_REQUEST_BYTES, MAX_TRANSACTION_OPERATIONS } from './limits.ts'
import type { Compare, MetadataStore, Operation, RevisionBatch, Watch } from './metadata-store.ts'
import { readAll } from './read-all.ts'

/** What the suite needs of an implementation. */
export interface StoreUnderTest {
  /** Open and empty. The suite closes it. */
  readonly store: MetadataStore
  /** Lets at least so much time pass for the store's leases. */
  elapse(durationMs: number): Promise<void>
  /** From now on a mutation may have happened without the store being able to tell. Left out: cannot be arranged. */
  loseOutcomes?(): void
}

/** Everything that any `MetadataStore` must do, whatever it stands on. */
export function describeMetadataStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the contract of a metadata store: ${name}`, () => {
    let underTest: StoreUnderTest
    beforeEach(async () => {
      underTest = await open()
    })
    afterEach(() => underTest.store.close())
    const current = (): StoreUnderTest => underTest
    describe('transactions', () => describeTransactions(current))
    describe('limits', () => describeLimits(current))
    describe('reads', () => describeReads(current))
    describe('watches', () => describeWatches(current))
    describe('leases', () => describeLeases(current))
    describe('endings', () => describeEndings(current))
  })
}

const put = (key: string, value = 'v', leaseId = 0): Operation => ({ type: 'put', key, value: bytes(value), leaseId })
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const write = async (store: MetadataStore, ...success: Operation[]): Promise<number> => (await store.transaction({ success })).revision
const code = (expected: string): unknown => expect.objectContaining({ name: 'MetadataError', code: expected })

/** Takes batches until `count` came, then ends the watch. */
async function take(watch: Watch, count: number): Promise<RevisionBatch[]> {
  const batches: RevisionBatch[] = []
  for await (const batch of watch) {
    batches.push(batch)
    if (batches.length === count) break
  }
  return batches
}

function summary(batches: readonly RevisionBatch[]): unknown[] {
  return batches.map(({ revision, events }) => [
    revision,
    ...events.map((event) => (event.type === 'put' ? event.entry.key : `-${event.key}`)),
  ])
}

function describeTransactions(current: () => StoreUnderTest): void {
  test('an empty store is at revision 1, and each change raises it by one', async () => {
    const { store } = current()
    expect((await store.get('a')).revision).toBe(1)
    expect(await write(store, put('a'), put('b'))).toBe(2)
    expect(await write(store, put('a'))).toBe(3)
  })

  test('what changes nothing leaves the revision', async () => {
    const { store } = current()
    await write(store, put('a'))
    expect(await write(store, { type: 'delete', key: 'missing' }, { type: 'deletePrefix', prefix: 'x' }, { type: 'get', key: 'a' })).toBe(2)
    expect(await write(store)).toBe(2)
  })

  test('a key counts its versions, and begins anew after a deletion', async () => {
    const { store } = current()
    await write(store, put('a', '1'))
    await write(store, put('a', '2'))
    expect((await store.get('a')).entry).toEqual({
      key: 'a',
      value: bytes('2'),
      createRevision: 2,
      modRevision: 3,
      version: 2,
      leaseId: 0,
    })
    await write(store, { type: 'delete', key: 'a' })
    expect((await store.get('a')).entry).toBeUndefined()
    await write(store, put('a', '3'))
    expect((await store.get('a')).entry).toMatchObject({ createRevision: 5, modRevision: 5, version: 1 })
  })

  test('of two that compare and swap at once, one wins', async () => {
    const { store } = current()
    const claim = (owner: string) =>
      store.transaction({
        compares: [{ key: 'lock', target: 'version', equals: 0 }],
        success: [put('lock', owner)],
        failure: [{ type: 'get', key: 'lock' }],
      })
    const [first, second] = await Promise.all([claim('first'), claim('second')])
    expect([first?.succeeded, second?.succeeded].sort()).toEqual([false, true])
    const winner = first?.succeeded ? 'first' : 'second'
    const loser = first?.succeeded ? second : first
    expect(loser?.responses).toEqual([{ type: 'get', entry: expect.objectContaining({ value: bytes(winner) }) }])
  })

  test.for<[string, Compare, boolean]>([
    ['an equal version', { key: 'a', target: 'version', equals: 2 }, true],
    ['another version', { key: 'a', target: 'version', notEqual: 2 }, false],
    ['a creation before', { key: 'a', target: 'createRevision', less: 3 }, true],
    ['a change after', { key: 'a', target: 'modRevision', greater: 3 }, false],
    ['no version of a missing key', { key: 'missing', target: 'version', less: 1 }, true],
    ['no change of a missing key', { key: 'missing', target: 'modRevision', equals: 0 }, true],
    ['an equal value', { key: 'a', target: 'value', equals: bytes('two') }, true],
    ['a greater value, by bytes', { key: 'a', target: 'value', greater: bytes('tw') }, true],
    ['a lesser value', { key: 'a', target: 'value', less: bytes('tw') }, false],
    ['any value of a missing key', { key: 'missing', target: 'value', notEqual: bytes('x') }, false],
  ])('compares %s', async ([, compare, expected]) => {
    const { store } = current()
    await write(store, put('a', 'one'))
    await write(store, put('a', 'two'))
    expect((await store.transaction({ compares: [compare], success: [] })).succeeded).toBe(expected)
  })

  test('every compare must hold', async () => {
    const { store } = current()
    const compares: Compare[] = [
      { key: 'a', target: 'version', equals: 0 },
      { key: 'b', target: 'version', greater: 0 },
    ]
    expect(await store.transaction({ compares, success: [put('a')] })).toMatchObject({ succeeded: false, revision: 1, responses: [] })
    expect((await store.get('a')).entry).toBeUndefined()
  })

  test('a get sees the writes before it, and deletions say how many keys went', async () => {
    const { store } = current()
    await write(store, put('dir/a'), put('dir/b'), put('other'))
    const result = await store.transaction({
      success: [
        { type: 'get', key: 'new' },
        put('new', 'x'),
        { type: 'get', key: 'new' },
        { type: 'deletePrefix', prefix: 'dir/' },
        { type: 'get', key: 'dir/a' },
        { type: 'delete', key: 'other' },
      ],
    })
    expect(result.responses).toEqual([
      { type: 'get', entry: undefined },
      { type: 'put' },
      { type: 'get', entry: expect.objectContaining({ key: 'new', modRevision: 3 }) },
      { type: 'deletePrefix', deleted: 2 },
      { type: 'get', entry: undefined },
      { type: 'delete', deleted: 1 },
    ])
  })

  test('the store keeps its own copy of a value', async () => {
    const { store } = current()
    const value = bytes('kept')
    await write(store, { type: 'put', key: 'a', value })
    value.fill(0)
    expect((await store.get('a')).entry?.value).toEqual(bytes('kept'))
  })
}

function describeLimits(current: () => StoreUnderTest): void {
  const puts = (count: number): Operation[] => Array.from({ length: count }, (_, i) => put(`k${i}`))

  test(`takes ${MAX_TRANSACTION_OPERATIONS} operations in a branch, and refuses one more without doing any`, async () => {
    const { store } = current()
    await expect(store.transaction({ success: puts(129) })).rejects.toEqual(code('TOO_MANY_OPERATIONS'))
    await expect(store.transaction({ success: [], failure: puts(129) })).rejects.toEqual(code('TOO_MANY_OPERATIONS'))
    const compares = puts(129).map((_, i): Compare => ({ key: `k${i}`, target: 'version', equals: 0 }))
    await expect(store.transaction({ compares, success: [] })).rejects.toEqual(code('TOO_MANY_OPERATIONS'))
    expect((await store.get('k0')).revision).toBe(1)
    expect((await store.transaction({ compares: compares.slice(1), success: puts(128), failure: puts(128) })).succeeded).toBe(true)
  })

  test.for<[string, Operation[]]>([
    ['put twice', [put('a'), put('a')]],
    ['put and deleted', [put('a'), { type: 'delete', key: 'a' }]],
    ['put under a deleted prefix', [{ type: 'deletePrefix', prefix: 'a' }, put('ab')]],
    ['put before its prefix is deleted', [put('ab'), { type: 'deletePrefix', prefix: 'a' }]],
  ])('refuses a key that is %s in one branch', async ([, success]) => {
    const { store } = current()
    await expect(store.transaction({ success })).rejects.toEqual(code('DUPLICATE_KEY'))
    await expect(store.transaction({ success: [put('a')], failure: [put('a')] })).resolves.toMatchObject({ succeeded: true })
  })

  test('refuses a request of more than 1.5 MiB', async () => {
    const { store } = current()
    const large = (size: number): Operation => ({ type: 'put', key: 'a', value: new Uint8Array(size) })
    await expect(write(store, large(MAX_REQUEST_BYTES))).rejects.toEqual(code('REQUEST_TOO_LARGE'))
    await expect(write(store, large(MAX_REQUEST_BYTES - 100))).resolves.toBe(2)
  })

  test('refuses keys that are empty or are not Unicode, and revisions and page sizes that make no sense', async () => {
    const { store } = current()
    await expect(write(store, put(''))).rejects.toEqual(code('INVALID_ARGUMENT'))
    await expect(store.get('\ud800')).rejects.toEqual(code('INVALID_ARGUMENT'))
    await expect(store.get('a', { revision: 0.5 })).rejects.toEqual(code('INVALID_ARGUMENT'))
    await expect(store.range('', { limit: 0 })).rejects.toEqual(code('INVALID_ARGUMENT'))
    await expect(store.range('', { limit: MAX_PAGE_ENTRIES + 1 })).rejects.toEqual(code('INVALID_ARGUMENT'))
  })
}

function describeReads(current: () => StoreUnderTest): void {
  test('keys are in the order of their UTF-8 bytes', async () => {
    const { store } = current()
    const sorted = ['A', 'a', 'a/b', 'aa', 'ä', '\uffee', '\u{1f600}']
    await write(store, ...sorted.toReversed().map((key) => put(key)))
    expect((await store.range('')).entries.map(({ key }) => key)).toEqual(sorted)
  })

  test('a range has the keys of its prefix only', async () => {
    const { store } = current()
    await write(store, put('t'), put('t/'), put('t/1'), put('t0'), put('s/1'))
    expect((await store.range('t/')).entries.map(({ key }) => key)).toEqual(['t/', 't/1'])
  })

  test('pages at one revision do not see what is written between them', async () => {
    const { store } = current()
    await write(store, put('a'), put('b'), put('c'), put('d'))
    const first = await store.range('', { limit: 2 })
    expect(first).toMatchObject({ revision: 2, hasMore: true, entries: [{ key: 'a' }, { key: 'b' }] })
    await write(store, { type: 'delete', key: 'c' }, put('bb'), put('d', 'new'))
    const second = await store.range('', { limit: 2, revision: first.revision, startAfter: 'b' })
    expect(second).toMatchObject({ revision: 2, hasMore: false, entries: [{ key: 'c' }, { key: 'd', version: 1 }] })
    expect((await store.range('')).entries.map(({ key }) => key)).toEqual(['a', 'b', 'bb', 'd'])
  })

  test('readAll gathers all pages at one revision', async () => {
    const { store } = current()
    const keys = Array.from({ length: 2 * MAX_PAGE_ENTRIES + 1 }, (_, i) => `k/${String(i).padStart(5, '0')}`)
    for (let i = 0; i < keys.length; i += 128) await write(store, ...keys.slice(i, i + 128).map((key) => put(key)))
    const { revision, entries } = await readAll(store, 'k/')
    expect(entries.map(({ key }) => key)).toEqual(keys)
    expect(revision).toBe((await store.get('k')).revision)
  })

  test('a key can be read as it was', async () => {
    const { store } = current()
    await write(store, put('a', 'old'))
    await write(store, { type: 'delete', key: 'a' })
    expect((await store.get('a', { revision: 1 })).entry).toBeUndefined()
    expect(await store.get('a', { revision: 2 })).toMatchObject({ revision: 2, entry: { value: bytes('old') } })
    expect((await store.get('a', { revision: 3 })).entry).toBeUndefined()
    await expect(store.get('a', { revision: 4 })).rejects.toEqual(code('FUTURE_REVISION'))
  })

  test('compaction forgets what was before a revision, and keeps that revision', async () => {
    const { store } = current()
    for (const value of ['1', '2', '3']) await write(store, put('a', value), put(`only-${value}`))
    await write(store, { type: 'delete', key: 'only-1' })
    await store.compact(3)
    expect((await store.get('a', { revision: 3 })).entry?.value).toEqual(bytes('2'))
    expect((await store.get('only-1', { revision: 3 })).entry?.value).toEqual(bytes('v'))
    const compacted = expect.objectContaining({ code: 'COMPACTED', compactedRevision: 3 })
    await expect(store.get('a', { revision: 2 })).rejects.toEqual(compacted)
    await expect(store.range('', { revision: 2 })).rejects.toEqual(compacted)
    await expect(store.compact(3)).rejects.toEqual(code('COMPACTED'))
    await expect(store.compact(6)).rejects.toEqual(code('FUTURE_REVISION'))
    await store.compact(5)
    expect((await store.range('')).entries.map(({ key }) => key)).toEqual(['a', 'only-2', 'only-3'])
  })
}

function describeWatches(current: () => StoreUnderTest): void {
  test('reports one batch a revision, in order, and only its prefix', async () => {
    const { store } = current()
    const watch = store.watch({ prefix: 't/' })
    await write(store, put('t/1'), put('x'), put('t/2'))
    await write(store, put('x'))
    await write(store, { type: 'deletePrefix', prefix: 't/' })
    expect(summary(await take(watch, 2))).toEqual([
      [2, 't/1', 't/2'],
      [4, '-t/1', '-t/2'],
    ])
  })

  test('goes on from a revision without missing any, through the past into what comes', async () => {
    const { store } = current()
    for (let i = 0; i < 5; i++) await write(store, put(`k${i}`))
    const watch = store.watch({ prefix: '', fromRevision: 4 })
    const taken = take(watch, 5)
    for (let i = 5; i < 7; i++) await write(store, put(`k${i}`))
    expect(summary(await taken)).toEqual([4, 5, 6, 7, 8].map((revision) => [revision, `k${revision - 2}`]))
  })

  test('begins in the past with revision 1, and waits for a revision of the future', async () => {
    const { store } = current()
    await write(store, put('a'))
    const past = store.watch({ prefix: '', fromRevision: 1 })
    const future = store.watch({ prefix: '', fromRevision: 4 })
    await write(store, put('b'))
    await write(store, put('c'))
    expect(summary(await take(past, 3))).toEqual([
      [2, 'a'],
      [3, 'b'],
      [4, 'c'],
    ])
    expect(summary(await take(future, 1))).toEqual([[4, 'c']])
  })

  test('a reader that takes nothing for a while misses nothing', async () => {
    const { store } = current()
    const watch = store.watch({ prefix: '' })
    for (let i = 0; i < 300; i++) await write(store, put(`k${i}`))
    expect((await take(watch, 300)).map(({ revision }) => revision)).toEqual(Array.from({ length: 300 }, (_, i) => i + 2))
  })

  test('a watch from a compacted revision says what can still be read', async () => {
    const { store } = current()
    for (let i = 0; i < 5; i++) await write(store, put('a'))
    await store.compact(5)
    await expect(take(store.watch({ prefix: '', fromRevision: 3 }), 1)).rejects.toEqual(
      expect.objectContaining({ code: 'COMPACTED', compactedRevision: 5 }),
    )
    expect(summary(await take(store.watch({ prefix: '', fromRevision: 6 }), 1))).toEqual([[6, 'a']])
  })

  test('progress says up to which revision everything was reported', async () => {
    const { store } = current()
    const watch = store.watch({ prefix: 'a' })
    await write(store, put('a'))
    await write(store, put('b'))
    watch.requestProgress()
    expect(summary(await take(watch, 2))).toEqual([[2, 'a'], [3]])
  })

  test('a cancelled watch ends its reader, also one that waits', async () => {
    const { store } = current()
    const watch = store.watch({ prefix: '' })
    const taken = take(watch, 1)
    watch.cancel()
    watch.cancel()
    expect(await taken).toEqual([])
  })
}

function describeLeases(current: () => StoreUnderTest): void {
  const TTL_MS = 2 * LEASE_TTL_FLOOR_MS

  test('a short lease is made as long as the floor', async () => {
    const { store } = current()
    expect((await store.grantLease(1)).ttlMs).toBe(LEASE_TTL_FLOOR_MS)
    expect((await store.grantLease(TTL_MS)).ttlMs).toBe(TTL_MS)
    await expect(store.grantLease(0)).rejects.toEqual(code('INVALID_ARGUMENT'))
  })

  test('the end of a lease deletes its keys in one revision, and no others', async () => {
    const { store, elapse } = current()
    const { leaseId } = await store.grantLease(TTL_MS)
    await write(store, put('a', 'v', leaseId), put('b', 'v', leaseId), put('c', 'v', leaseId), put('free'))
    await write(store, put('c'))
    const watch = store.watch({ prefix: '' })
    await elapse(TTL_MS + 1)
    expect(summary(await take(watch, 1))).toEqual([[4, '-a', '-b']])
    expect((await store.range('')).entries.map(({ key }) => key)).toEqual(['c', 'free'])
    await expect(store.keepLeaseAlive(leaseId)).rejects.toEqual(code('LEASE_NOT_FOUND'))
  })

  test('a lease lives for as long as it is kept alive', async () => {
    const { store, elapse } = current()
    const { leaseId } = await store.grantLease(TTL_MS)
    await write(store, put('a', 'v', leaseId))
    for (let i = 0; i < 3; i++) {
      await elapse(TTL_MS / 2)
      expect(await store.keepLeaseAlive(leaseId)).toEqual({ leaseId, ttlMs: TTL_MS })
    }
    expect((await store.get('a')).entry?.leaseId).toBe(leaseId)
    const watch = store.watch({ prefix: 'a' })
    await elapse(TTL_MS + 1)
    expect(summary(await take(watch, 1))).toEqual([[3, '-a']])
  })

  test('a revoked lease takes its keys with it at once', async () => {
    const { store } = current()
    const { leaseId } = await store.grantLease(TTL_MS)
    await write(store, put('a', 'v', leaseId))
    await store.revokeLease(leaseId)
    expect(await store.get('a')).toEqual({ revision: 3, entry: undefined })
    await expect(store.revokeLease(leaseId)).rejects.toEqual(code('LEASE_NOT_FOUND'))
  })

  test('nothing is written in a transaction that names a lease which does not live', async () => {
    const { store } = current()
    await expect(write(store, put('a'), put('b', 'v', 12345))).rejects.toEqual(code('LEASE_NOT_FOUND'))
    expect(await store.get('a')).toEqual({ revision: 1, entry: undefined })
  })
}

function describeEndings(current: () => StoreUnderTest): void {
  test('an outcome that cannot be known is said to be unknown, and what was acknowledged can still be read', async (context) => {
    const { store, loseOutcomes } = current()
    if (loseOutcomes === undefined) return context.skip('every outcome is known')
    await write(store, put('a', 'acknowledged'))
    loseOutcomes()
    await expect(write(store, put('a', 'unknown'))).rejects.toEqual(expect.objectContaining({ code: 'OUTCOME_UNKNOWN', retriable: false }))
    expect(await store.get('a')).toMatchObject({ revision: 2, entry: { value: bytes('acknowledged') } })
  })

  test('a closed store refuses every call, and its watches say why they end', async () => {
    const { store } = current()
    const taken = take(store.watch({ prefix: '' }), 1)
    const writing = write(store, put('other'))
    await Promise.allSettled([store.close(), store.close()])
    await expect(writing).resolves.toBe(2)
    await taken.catch((error: unknown) => expect(error).toEqual(code('CLOSED')))
    await expect(write(store, put('a'))).rejects.toEqual(code('CLOSED'))
    await expect(store.get('a')).rejects.toEqual(code('CLOSED'))
    expect(() => store.watch({ prefix: '' })).toThrow(code('CLOSED') as Error)
  })
}
