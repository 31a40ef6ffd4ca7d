import { describe, expect, it } from 'vitest'
import { History } from '../history.ts'
import { checkHistory } from './check-history.ts'

const AT = { topic: 'orders', partition: 0 } as const
type Event = Parameters<History['add']>[0]

function work(phase: 'begin' | 'done', offset: number, options: { readonly key?: string; readonly isOrdered?: boolean } = {}): Event {
  const { key = null, isOrdered = true } = options
  return { f: 'work', phase, process: 'm', ...AT, offset, key, isOrdered }
}

const both = (offset: number): Event[] => [work('begin', offset), work('done', offset)]
const committed = (offset: number): Event => ({ f: 'committed', process: 'm', ...AT, offset })
const seen = (offset: number, askedMs: number): Event => ({ f: 'group-offset', ...AT, offset, askedMs })

const holding = (phase: 'assigned' | 'revoked' | 'lost', member: string): Event => ({ f: 'holding', phase, member, places: [AT] })
const membership = (phase: 'joined' | 'gone', member: string): Event => ({ f: 'membership', phase, member })

function described(change: Partial<Extract<Event, { readonly f: 'ownership' }>>): Event {
  return { f: 'ownership', askedMs: 0, epoch: 1, members: [], owners: [], ...change }
}

/** The findings in a history of these events, one millisecond apart from 1 on. */
function broken(...events: readonly Event[]): string[] {
  let nowMs = 0
  const history = new History(() => nowMs)
  for (const event of events) {
    nowMs++
    history.add(event)
  }
  return checkHistory(history.events).map(({ invariant, what }) => `${invariant}: ${what}`)
}

describe('the checker of groups', () => {
  it('finds nothing where records are worked on in order, again where need be, and no more than that is committed', () => {
    expect(broken(...both(0), ...both(1), committed(1), seen(1, 6), ...both(1), ...both(2), committed(3), seen(3, 13))).toEqual([])
  })

  it('finds a record that was begun before the one in front of it was done', () => {
    expect(broken(...both(0), work('begin', 1), work('begin', 2))).toEqual(['groups: m began offset 2 of orders-0 before 1 was done'])
  })

  it('finds it among the records of a key where only those are in order', () => {
    const free = { isOrdered: false }
    expect(broken(work('begin', 0, { ...free, key: 'a' }), work('begin', 1, { ...free, key: 'b' }), work('begin', 2, free))).toEqual([])
    expect(broken(work('begin', 0, { ...free, key: 'a' }), work('begin', 2, { ...free, key: 'a' }))).toHaveLength(1)
  })

  it('finds a commit of more than was done', () => {
    expect(broken(...both(0), work('begin', 1), seen(2, 3))).toEqual(['groups: 2 is committed of orders-0, and 1 was not done'])
  })

  it('finds it already in what a member says of its commit', () => {
    expect(broken(...both(0), committed(1), committed(2))).toEqual(['groups: m has committed 2 of orders-0, and 1 was not done'])
  })

  it('finds a committed offset that falls', () => {
    expect(broken(...both(0), ...both(1), seen(2, 5), seen(1, 6))).toEqual(['I25: the committed offset of orders-0 fell from 2 to 1'])
  })

  it('finds an acknowledged commit that is lost, and not one that may have been too late for the question', () => {
    expect(broken(...both(0), committed(1), seen(0, 4))).toEqual(['I25: the commit of 1 of orders-0, acknowledged at 3 ms, is lost'])
    expect(broken(...both(0), committed(1), seen(0, 3))).toEqual([])
  })

  it('finds two owners of a partition', () => {
    const owners = [
      { member: 'a', ...AT },
      { member: 'b', ...AT },
    ]
    expect(broken(described({ owners }))).toEqual(['I25: a and b both own orders-0'])
  })

  it('finds an epoch that falls', () => {
    expect(broken(described({ epoch: 4 }), described({ epoch: 4 }), described({ epoch: 3 }))).toEqual([
      'I25: the epoch of the group fell from 4 to 3',
    ])
  })

  it('finds a partition that was given to somebody while a member that is still in the group works on it', () => {
    const both = [holding('assigned', 'a'), holding('assigned', 'b')]
    const told = ['I25: b was given orders-0, on which a works']
    expect(broken(...both, described({ members: ['a', 'b'], askedMs: 2 }))).toEqual(told)
    // Asked before b had it: a may have been thrown out since.
    expect(broken(...both, described({ members: ['a', 'b'], askedMs: 1 }))).toEqual([])
    expect(broken(...both, described({ members: ['b'], askedMs: 2 }), described({ members: ['a', 'b'], askedMs: 3 }))).toEqual([])
  })

  it('finds nothing when it was given up, or lost, or its owner begins anew or is gone', () => {
    const later = [holding('assigned', 'b'), described({ members: ['a', 'b'], askedMs: 9 })] as const
    expect(broken(holding('assigned', 'a'), holding('revoked', 'a'), ...later)).toEqual([])
    for (const end of [holding('lost', 'a'), membership('joined', 'a'), membership('gone', 'a')])
      expect(broken(holding('assigned', 'a'), holding('assigned', 'b'), end, described({ members: ['a', 'b'], askedMs: 3 }))).toEqual([])
  })
})
