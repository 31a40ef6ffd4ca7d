import { Scheduler, SimulatedDisk, VirtualClock } from '@kafka-ts/io/simulated'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openEmbeddedMetadataStore } from './embedded/embedded-metadata-store.ts'
import { createMemoryMetadataStore } from './memory-metadata-store.ts'
import type { Compare, MetadataStore, Operation, Transaction } from './metadata-store.ts'

const KEYS = ['a', 'a/1', 'a/2', 'b', 'b/1', 'c']
const PREFIXES = ['', 'a', 'a/', 'b', 'x']

/** The plainest store there is: a whole map for each revision, first made by copying the one before. */
class Model {
  readonly states: Map<string, ModelEntry>[] = [new Map()]

  get revision(): number {
    return this.states.length
  }

  at(revision: number): Map<string, ModelEntry> {
    return this.states[revision - 1] ?? new Map()
  }

  run({ compares = [], success, failure = [] }: Transaction): { succeeded: boolean; deleted: number } {
    const before = this.at(this.revision)
    const succeeded = compares.every((compare) => modelHolds(compare, before))
    const after = new Map(before)
    let deleted = 0
    let isChanged = false
    for (const operation of succeeded ? success : failure) {
      if (operation.type === 'put') {
        const old = before.get(operation.key)
        after.set(operation.key, {
          value: operation.value[0] ?? 0,
          create: old?.create ?? this.revision + 1,
          mod: this.revision + 1,
          version: (old?.version ?? 0) + 1,
        })
        isChanged = true
      } else if (operation.type !== 'get') {
        for (const key of before.keys()) {
          const isDeleted = operation.type === 'delete' ? key === operation.key : key.startsWith(operation.prefix)
          if (isDeleted && after.delete(key)) deleted++
        }
      }
    }
    if (isChanged || deleted > 0) this.states.push(after)
    return { succeeded, deleted }
  }
}

interface ModelEntry {
  readonly value: number
  readonly create: number
  readonly mod: number
  readonly version: number
}

function modelHolds(compare: Compare, state: Map<string, ModelEntry>): boolean {
  if (compare.target !== 'version' || !('equals' in compare)) throw new Error('the model compares versions only')
  return (state.get(compare.key)?.version ?? 0) === compare.equals
}

const key = fc.constantFrom(...KEYS)
const write: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('put' as const), key, value: fc.uint8Array({ minLength: 1, maxLength: 1 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('deletePrefix' as const), prefix: fc.constantFrom(...PREFIXES) }) },
)
const branch = fc.array(write, { maxLength: 4 }).filter(writesNoKeyTwice)
const transaction: fc.Arbitrary<Transaction> = fc.record({
  compares: fc.array(fc.record({ key, target: fc.constant('version' as const), equals: fc.integer({ min: 0, max: 2 }) }), { maxLength: 1 }),
  success: branch,
  failure: branch,
})
type Step = { readonly type: 'run' | 'refuse'; readonly transactions: readonly Transaction[] } | { readonly type: 'reopen' | 'crash' }
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ type: fc.constant('run' as const), transactions: fc.array(transaction, { maxLength: 3 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('refuse' as const), transactions: fc.array(transaction, { minLength: 1, maxLength: 3 }) }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('reopen' as const, 'crash' as const) }) },
  ),
  { maxLength: 12 },
)

function writesNoKeyTwice(operations: readonly Operation[]): boolean {
  const covers = (operation: Operation, other: string): boolean =>
    operation.type === 'deletePrefix' ? other.startsWith(operation.prefix) : operation.key === other
  return KEYS.every((each) => operations.filter((operation) => covers(operation, each)).length <= 1) && prefixesAreApart(operations)
}

/** The store looks at the prefixes, not only at the keys that happen to exist. */
function prefixesAreApart(operations: readonly Operation[]): boolean {
  const prefixes = operations.flatMap((operation) => (operation.type === 'deletePrefix' ? [operation.prefix] : []))
  return prefixes.every((prefix, i) => prefixes.every((other, j) => i === j || !other.startsWith(prefix)))
}

async function runOnBoth(store: MetadataStore, model: Model, transactions: readonly Transaction[]): Promise<void> {
  const results = await Promise.all(transactions.map((each) => store.transaction(each)))
  for (const [i, each] of transactions.entries()) {
    const expected = model.run(each)
    const result = results[i]
    const deleted = (result?.responses ?? []).reduce((sum, response) => sum + ('deleted' in response ? response.deleted : 0), 0)
    expect({ succeeded: result?.succeeded, deleted, revision: result?.revision }).toEqual({ ...expected, revision: model.revision })
  }
}

/** On a full disk a transaction fails without effect, or is one without changes. */
async function runRefused(store: MetadataStore, model: Model, transactions: readonly Transaction[]): Promise<void> {
  const results = await Promise.allSettled(transactions.map((each) => store.transaction(each)))
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'UNAVAILABLE' })
    else expect(result.value.revision).toBe(model.revision)
  }
}

async function ensureSameState(store: MetadataStore, model: Model, oldestRevision: number): Promise<void> {
  for (let revision = oldestRevision; revision <= model.revision; revision++) {
    for (const prefix of PREFIXES) {
      const { entries } = await store.range(prefix, { revision })
      const state = entries.map((entry) => [
        entry.key,
        { value: entry.value[0], create: entry.createRevision, mod: entry.modRevision, version: entry.version },
      ])
      expect(state).toEqual(
        [...model.at(revision)].filter(([each]) => each.startsWith(prefix)).sort(([one], [other]) => (one < other ? -1 : 1)),
      )
    }
  }
}

/** What a watch reports from `oldestRevision` on turns the state there into the present one, revision by revision. */
async function ensureSameHistory(store: MetadataStore, model: Model, oldestRevision: number): Promise<void> {
  const state = new Map([...model.at(oldestRevision)].map(([each, entry]) => [each, entry.mod]))
  const watch = store.watch({ prefix: '', fromRevision: oldestRevision + 1 })
  watch.requestProgress()
  let revision = oldestRevision
  for await (const batch of watch) {
    if (batch.events.length === 0) break
    revision++
    expect(batch.revision).toBe(revision)
    for (const event of batch.events) {
      if (event.type === 'put') state.set(event.entry.key, event.entry.modRevision)
      else expect(state.delete(event.key)).toBe(true)
    }
    expect(new Map([...state].sort())).toEqual(new Map([...model.at(revision)].map(([each, { mod }]) => [each, mod] as const).sort()))
  }
  expect(revision).toBe(model.revision)
}

test('the in-memory store does what the model does', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const store = createMemoryMetadataStore({ clock: new VirtualClock(new Scheduler({ seed: 1 })) })
      const model = new Model()
      for (const step of list) if (step.type === 'run') await runOnBoth(store, model, step.transactions)
      await ensureSameState(store, model, 1)
      await ensureSameHistory(store, model, 1)
    }),
    { numRuns: 300 },
  )
})

test('the embedded store does what the model does, closed, cut off, opened again and out of space in between', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 100, max: 2000 }), async (list, minRewriteBytes) => {
      const disk = new SimulatedDisk()
      const open = () =>
        openEmbeddedMetadataStore({
          clock: new VirtualClock(new Scheduler({ seed: 1 })),
          disk: disk.attach(),
          directory: '/m',
          minRewriteBytes,
        })
      let store = await open()
      disk.syncDirectorySync('/')
      const model = new Model()
      let oldestRevision = 1
      for (const step of list) {
        if (step.type === 'run') await runOnBoth(store, model, step.transactions)
        else if (step.type === 'refuse') {
          disk.faults.add({ operation: 'write', path: '/m/metadata.log', code: 'ENOSPC', times: Number.POSITIVE_INFINITY })
          await runRefused(store, model, step.transactions)
          disk.faults.clear()
        } else {
          if (step.type === 'reopen') await store.close()
          else disk.crash()
          store = await open()
          oldestRevision = await findOldestRevision(store, model)
        }
      }
      await ensureSameState(store, model, oldestRevision)
      await ensureSameHistory(store, model, oldestRevision)
    }),
    { numRuns: 150 },
  )
})

/** A store that was opened again still reads as far back as its file goes. */
async function findOldestRevision(store: MetadataStore, model: Model): Promise<number> {
  const error = await store.get('a', { revision: 1 }).then(
    () => undefined,
    (cause: { compactedRevision: number }) => cause,
  )
  expect(error?.compactedRevision ?? 1).toBeLessThanOrEqual(model.revision)
  return error?.compactedRevision ?? 1
}
