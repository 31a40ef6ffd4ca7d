import { describe, expect, it } from 'vitest'
import { ScriptedCluster } from '../testing-support/scripted-cluster.ts'
import { ClusterWatch } from './cluster-poll.ts'

const { signal } = new AbortController()

function setUp() {
  let elapsedMs = 0
  const cluster = new ScriptedCluster(() => elapsedMs)
  cluster.topicsByName.set('orders', { ends: [() => 100, () => 200], start: 10 })
  cluster.groups.push({
    groupId: 'billing',
    committed: { 'orders/0': () => 50 },
    members: {
      one: [
        { topic: 'orders', partition: 0 },
        { topic: 'orders', partition: 1 },
      ],
    },
  })
  const watch = new ClusterWatch({ reader: cluster, elapsedMs: () => elapsedMs })
  return { cluster, watch, advance: (ms: number) => (elapsedMs += ms) }
}

describe('ClusterWatch', () => {
  it('reads groups, members and committed offsets before end offsets, or lag would come out negative', async () => {
    const { cluster, watch } = setUp()
    await watch.poll(signal)
    const order = cluster.calls.filter((call) => !['topics', 'cluster'].includes(call))
    expect(order).toEqual(['listGroups', 'describeGroups', 'committedOffsets', 'listOffsets latest', 'listOffsets earliest'])
  })

  it('reads log starts with every tenth poll, topics with every fifth while no screen shows them', async () => {
    const { cluster, watch } = setUp()
    for (let poll = 0; poll < 20; poll++) await watch.poll(signal)
    const count = (name: string) => cluster.calls.filter((call) => call === name).length
    expect([count('listOffsets latest'), count('listOffsets earliest'), count('topics'), count('disks')]).toEqual([20, 2, 4, 0])
    watch.interest = 'cluster'
    await watch.poll(signal)
    await watch.poll(signal)
    expect([count('topics'), count('disks')]).toEqual([6, 1])
  })

  it('knows partitions that members work on and nothing is committed for', async () => {
    const { watch } = setUp()
    const [polled] = (await watch.poll(signal)).groups
    expect(polled?.partitions).toEqual([
      { topic: 'orders', partition: 0, committedOffset: 50, endOffset: 100, logStartOffset: 10 },
      { topic: 'orders', partition: 1, committedOffset: null, endOffset: 200, logStartOffset: 10 },
    ])
  })

  it('reads only the groups that are wanted', async () => {
    const { cluster } = setUp()
    cluster.groups.push({ groupId: '_internal', committed: {} }, { groupId: 'shipping', committed: {} })
    const ids = async (options: object) => {
      const watch = new ClusterWatch({ reader: cluster, elapsedMs: () => 0, ...options })
      return (await watch.poll(signal)).groups.map(({ group }) => group.groupId)
    }
    expect(await ids({ ignoredGroups: [/^_/] })).toEqual(['billing', 'shipping'])
    expect(await ids({ groupPattern: /^ship/ })).toEqual(['shipping'])
    expect(await ids({ groupPattern: /^none/ })).toEqual([])
  })

  it('leaves open what cannot be read of single groups and partitions', async () => {
    const { cluster, watch } = setUp()
    cluster.groups.push({ groupId: 'odd', committed: { 'gone/0': () => 5, 'orders/0': () => undefined } })
    const odd = (await watch.poll(signal)).groups[1]
    expect(odd?.partitions.map(({ committedOffset, endOffset }) => [committedOffset, endOffset])).toEqual([
      [5, undefined],
      [undefined, 100],
    ])
  })

  it('does not ask about partitions that nobody leads, which would keep it waiting', async () => {
    const { cluster, watch } = setUp()
    cluster.topicsByName.set('orders', { ends: [() => 100, () => 200], leaders: [1, -1] })
    const [polled] = (await watch.poll(signal)).groups
    expect(polled?.partitions.map(({ endOffset }) => endOffset)).toEqual([100, undefined])
  })

  it('looks for topics again when a group reads one that it does not know', async () => {
    const { cluster, watch } = setUp()
    await watch.poll(signal)
    cluster.topicsByName.set('fresh', { ends: [() => 7] })
    cluster.groups.push({ groupId: 'early', committed: { 'fresh/0': () => 3 } })
    const endOf = async () => (await watch.poll(signal)).groups[1]?.partitions[0]?.endOffset
    expect([await endOf(), await endOf()]).toEqual([undefined, 7])
  })

  it('fails as a whole when a listing cannot be read', async () => {
    const { cluster, watch } = setUp()
    cluster.down = new Error('gone')
    await expect(watch.poll(signal)).rejects.toThrow('gone')
  })
})
