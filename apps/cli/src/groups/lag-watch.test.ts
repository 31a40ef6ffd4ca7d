import { describe, expect, it } from 'vitest'
import GroupsLag from '../commands/groups/lag.ts'
import { fakeClient } from '../testing-support/fake-client.ts'
import { FakeCluster } from '../testing-support/fake-cluster.ts'
import { NOW_MS, runCommand } from '../testing-support/run-command.ts'

interface Line {
  readonly groupId: string
  readonly status: string
  readonly lag: string | null
  readonly timeLagMs: number | null
  readonly inPerSecond: number | null
  readonly outPerSecond: number | null
  readonly etaMs: number | null
}

/** A topic of 1000 records, written one a second until now, and a group that has done 400 of them. */
function world(): FakeCluster {
  const cluster = new FakeCluster()
  cluster.addTopic('orders')
  for (let i = 0; i < 1000; i++) cluster.append('orders', { value: 'x', timestamp: NOW_MS - (1000 - i) * 1000 })
  cluster.addGroup('billing', { 'orders/0': 400 }, { state: 'Stable' })
  return cluster
}

async function lines(
  cluster: FakeCluster,
  argv: readonly string[],
  onSleep: (ms: number) => void = () => undefined,
): Promise<readonly Line[]> {
  const { stdout } = await runCommand(GroupsLag, [...argv, '-o', 'ndjson'], { cluster, onSleep })
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

/** Sets what the group has committed. */
function commit(cluster: FakeCluster, offset: number): void {
  cluster.group('billing').offsets.set('orders/0', { topic: 'orders', partition: 0, offset, metadata: '' })
}

describe('one look', () => {
  it('knows the lag and, from the record at the committed offset, the time', async () => {
    const [line] = await lines(world(), ['billing'])
    expect(line).toMatchObject({ lag: '600', timeLagMs: 600_000, outPerSecond: null })
  })

  it('reads no record where nothing lags, or nobody asks', async () => {
    const cluster = world()
    commit(cluster, 1000)
    expect((await lines(cluster, ['billing']))[0]).toMatchObject({ lag: '0', timeLagMs: 0, status: 'OK' })
    commit(cluster, 400)
    expect((await lines(cluster, ['billing', '--time', 'off']))[0]).toMatchObject({ lag: '600', timeLagMs: null })
  })

  it('tells groups on one partition apart', async () => {
    const cluster = world()
    cluster.addGroup('audit', { 'orders/0': 900 })
    cluster.addGroup('mirror', { 'orders/0': 900 })
    const times = (await lines(cluster, [])).map(({ groupId, timeLagMs }) => [groupId, timeLagMs])
    expect(times).toEqual([
      ['audit', 100_000],
      ['billing', 600_000],
      ['mirror', 100_000],
    ])
  })

  it('reads committed offsets before ends: what comes meanwhile never makes a lag negative', async () => {
    const cluster = world()
    commit(cluster, 1000)
    const client = fakeClient(cluster)
    const order: string[] = []
    const { fetchGroupOffsets, listOffsets } = client.admin
    client.admin.fetchGroupOffsets = async (...parameters) => {
      order.push('committed')
      return fetchGroupOffsets(...parameters)
    }
    client.admin.listOffsets = async (...parameters) => {
      order.push('ends')
      return listOffsets(...parameters)
    }
    await runCommand(GroupsLag, ['billing'], { cluster, client })
    expect(order).toEqual(['committed', 'ends', 'ends'])
  })
})

describe('a sample', () => {
  it('measures rates and the time to catch up', async () => {
    const cluster = world()
    let committed = 400
    const [line] = await lines(cluster, ['billing', '--sample', '10s'], (ms) => {
      committed += (ms / 1000) * 20
      commit(cluster, committed)
    })
    expect(line).toMatchObject({ lag: '400', inPerSecond: 0, outPerSecond: 20, etaMs: 20_000, status: 'CATCHING' })
  })
})

describe('--until-zero', () => {
  it('ends with 0 as soon as no lag is left', async () => {
    const cluster = world()
    let looks = 0
    const result = await runCommand(GroupsLag, ['billing', '--until-zero', '--for', '60s'], {
      cluster,
      onSleep: () => {
        looks++
        commit(cluster, 400 + looks * 200)
      },
    })
    expect([result.exit, looks]).toEqual([0, 3])
  })

  it('ends with 8 when the time is up', async () => {
    let sleptMs = 0
    const result = await runCommand(GroupsLag, ['billing', '--until-zero', '--for', '5s'], {
      cluster: world(),
      onSleep: (ms) => {
        sleptMs += ms
      },
    })
    expect([result.exit, sleptMs]).toEqual([8, 5000])
  })
})

describe('limits', () => {
  it.each([
    [['--max-lag', '600'], 0],
    [['--max-lag', '599'], 8],
    [['--max-time', '10m'], 0],
    [['--max-time', '599s'], 8],
  ])('%j ends with %i', async (argv, exit) => {
    expect((await runCommand(GroupsLag, ['billing', ...argv], { cluster: world() })).exit).toBe(exit)
  })
})
