import { afterEach, describe, expect, it } from 'vitest'
import { internals } from './internals.ts'
import type { PlanOverrides } from './plan.ts'
import { runSeeds } from './run-seeds.ts'

// biome-ignore lint/suspicious/noExplicitAny: methods of any kind are put in place of others
type Method = (this: any, ...args: any[]) => any
type Class = { readonly prototype: object }

interface GroupRecord {
  readonly type: string
  readonly value: unknown
}

const COORDINATOR = 'broker/src/coordinator'
const { Turn } = await internals<{ Turn: Class }>(`${COORDINATOR}/runtime/turn.ts`)
const { GroupShard } = await internals<{ GroupShard: Class }>(`${COORDINATOR}/group/group-shard.ts`)
const { ConsumerGroup } = await internals<{ ConsumerGroup: Class }>(`${COORDINATOR}/group/consumer/consumer-group.ts`)
const { AssignmentReconciler } = await internals<{ AssignmentReconciler: Class }>('client/src/consumer/group/assignment-reconciler.ts')
const { HandlerRun } = await internals<{ HandlerRun: Class }>('client/src/consumer/run/handler-run.ts')
const { RecordIterator } = await internals<{ RecordIterator: Class }>('client/src/consumer/record-iterator.ts')

const planted: (() => void)[] = []

/** Puts `instead` in place of a method until the test is over; it is given the honest one. */
function plant({ prototype }: Class, name: string, instead: (honest: Method) => Method): void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)
  if (typeof descriptor?.value !== 'function') throw new TypeError(`there is no method ${name} to plant a mistake in`)
  Object.defineProperty(prototype, name, { ...descriptor, value: instead(descriptor.value as Method) })
  planted.push(() => Object.defineProperty(prototype, name, descriptor))
}

/** Has shards that load hear of each record only what `hear` lets through; the ones that run are left alone. */
function plantInLoading(hear: (shard: object, record: GroupRecord, replay: (record: GroupRecord) => void) => void): void {
  const active = new WeakSet<object>()
  plant(
    GroupShard,
    'replay',
    (honest) =>
      function (record: GroupRecord) {
        if (active.has(this)) honest.call(this, record)
        else hear(this, record, (heard) => honest.call(this, heard))
      },
  )
  plant(
    GroupShard,
    'activate',
    (honest) =>
      function (turn) {
        active.add(this)
        return honest.call(this, turn)
      },
  )
}

interface Mistake {
  readonly name: string
  /** Seeds within which it must be found. */
  readonly budget: number
  readonly overrides?: PlanOverrides
  readonly plant: () => void
  readonly found: RegExp
}

const MISTAKES: readonly Mistake[] = [
  {
    name: 'an answer before the commit is durable',
    budget: 10,
    plant: () => plant(Turn, 'answer', () => (reply, response) => reply.resolve(response)),
    found: /I25 .* is lost|fell/,
  },
  {
    name: 'a member that takes what it has lost or given up for its own',
    budget: 20,
    plant: () => plant(AssignmentReconciler, 'isOwned', () => () => true),
    found: /I25 .* (fell|is lost|was given)/,
  },
  {
    name: 'a partition that is given on before it is given up',
    budget: 10,
    plant: () => plant(ConsumerGroup, 'isFree', () => () => true),
    found: /I25 .*(was given|both own)/,
  },
  {
    name: 'a run that commits what it has read, done or not',
    budget: 10,
    plant: () => plant(HandlerRun, 'pendingOffset', () => () => undefined),
    found: /groups at .* committed/,
  },
  {
    name: 'an iteration that commits the record in hand',
    budget: 10,
    plant: () => plant(RecordIterator, 'pendingOffset', () => () => undefined),
    found: /groups at .* committed/,
  },
  {
    name: 'a load that leaves out the last record',
    budget: 20,
    plant: () => {
      const held = new WeakMap<object, GroupRecord>()
      plantInLoading((shard, record, replay) => {
        const before = held.get(shard)
        held.set(shard, record)
        if (before !== undefined) replay(before)
      })
    },
    found: /I25/,
  },
  {
    name: 'a load that passes over tombstones',
    budget: 20,
    plant: () => plantInLoading((_, record, replay) => record.value !== null && replay(record)),
    found: /I25|liveness/,
  },
  {
    name: 'a load that stays at the first epoch it meets',
    budget: 20,
    plant: () => {
      const seen = new WeakSet<object>()
      plantInLoading((shard, record, replay) => {
        if (record.type === 'consumerGroup' && seen.has(shard)) return
        if (record.type === 'consumerGroup') seen.add(shard)
        replay(record)
      })
    },
    found: /I25 .* epoch of the group fell/,
  },
]

const TIMEOUT_MS = 120_000

describe('a mistake in groups that is planted', { timeout: TIMEOUT_MS }, () => {
  afterEach(() => {
    for (const restore of planted.splice(0).reverse()) restore()
  })

  it.each(MISTAKES)('$name is found within $budget seeds', async (mistake) => {
    mistake.plant()
    const { failures } = await runSeeds({ from: 1, count: mistake.budget, hasGroup: true, ...mistake.overrides, stopAtFirst: true })
    expect(failures).toHaveLength(1)
    expect(failures[0]?.text).toMatch(mistake.found)
  })
})
