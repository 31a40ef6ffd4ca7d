import { beforeEach, expect, it } from 'vitest'
import { FakeCluster } from '../testing-support/fake-cluster.ts'
import { runCommand } from '../testing-support/run-command.ts'
import BrokersList from './brokers/list.ts'
import BrokersLogdirs from './brokers/logdirs.ts'
import ClusterInfo from './cluster/info.ts'
import ConfigsGet from './configs/get.ts'
import ConfigsSet from './configs/set.ts'
import VersionCommand from './version.ts'

let cluster: FakeCluster
beforeEach(() => {
  cluster = new FakeCluster()
  cluster.addTopic('orders', 2, { configs: { 'retention.ms': '86400000' } })
  cluster.append('orders', { value: 'x' })
})

it('cluster info prints the cluster and its brokers', async () => {
  expect((await runCommand(ClusterInfo, [], { cluster })).stdout).toMatchInlineSnapshot(`
    "CLUSTER cluster-1   CONTROLLER 1   TOPICS 1   PARTITIONS 2
     ID HOST       PORT RACK STATE   CONTROLLER
      1 b1.example 9092 -    running yes
    "
  `)
  expect((await runCommand(ClusterInfo, ['-o', 'json'], { cluster })).stdout).toMatchInlineSnapshot(`
    "{
      "kind": "ClusterInfo",
      "items": [
        {
          "clusterId": "cluster-1",
          "controllerId": 1,
          "topics": 1,
          "partitions": 2,
          "brokers": [
            {
              "id": 1,
              "host": "b1.example",
              "port": 9092,
              "rack": null,
              "isController": true,
              "state": "running",
              "version": "1.2.3",
              "startTime": "2026-11-22T15:00:00.000Z"
            }
          ]
        }
      ],
      "warnings": []
    }
    "
  `)
})

it('brokers list prints one line a broker', async () => {
  expect((await runCommand(BrokersList, ['-o', 'wide'], { cluster })).stdout).toMatchInlineSnapshot(`
    " ID HOST       PORT RACK STATE   CONTROLLER VERSION STARTED
      1 b1.example 9092 -    running yes        1.2.3   2026-11-22T15:00:00.000Z
    "
  `)
  expect((await runCommand(BrokersList, ['-o', 'name'], { cluster })).stdout).toBe('1\n')
})

it('brokers logdirs groups by broker, topic or partition', async () => {
  expect((await runCommand(BrokersLogdirs, [], { cluster })).stdout).toMatchInlineSnapshot(`
    " BROKER REPLICAS   SIZE    FREE   TOTAL PATH
          1        2 1000 B 512 MiB 1.0 GiB /data
    "
  `)
  expect((await runCommand(BrokersLogdirs, ['--by', 'topic', '--raw'], { cluster })).stdout).toMatchInlineSnapshot(`
    " BROKER TOPIC  REPLICAS SIZE PATH
          1 orders        2 1000 /data
    "
  `)
  expect((await runCommand(BrokersLogdirs, ['--by', 'partition', '-o', 'ndjson'], { cluster })).stdout).toMatchInlineSnapshot(`
    "{"broker":1,"path":"/data","topic":"orders","partition":0,"replicas":1,"sizeBytes":"1000"}
    {"broker":1,"path":"/data","topic":"orders","partition":1,"replicas":1,"sizeBytes":"0"}
    "
  `)
})

it('configs get prints what was set, everything with --all, and one with --key', async () => {
  expect((await runCommand(ConfigsGet, ['--topic', 'orders'], { cluster })).stdout).toMatchInlineSnapshot(`
    " NAME         VALUE    SOURCE
     retention.ms 86400000 dynamic-topic
    "
  `)
  expect((await runCommand(ConfigsGet, ['--topic', 'orders', '--all', '-o', 'name'], { cluster })).stdout).toBe(
    'cleanup.policy\nmin.insync.replicas\nretention.ms\n',
  )
  expect(
    JSON.parse((await runCommand(ConfigsGet, ['--topic', 'orders', '--key', 'cleanup.policy', '--json'], { cluster })).stdout),
  ).toMatchObject({
    kind: 'ConfigList',
    items: [{ name: 'cleanup.policy', value: 'delete', source: 'default', isDefault: true }],
  })
})

it('configs get exits 3 for what is missing and 2 without a resource', async () => {
  expect((await runCommand(ConfigsGet, ['--topic', 'nosuch'], { cluster })).exit).toBe(3)
  expect((await runCommand(ConfigsGet, ['--topic', 'orders', '--key', 'retention.mss'], { cluster })).error).toMatchObject({
    exit: 3,
    suggestions: ['did you mean retention.ms?'],
  })
  expect((await runCommand(ConfigsGet, [], { cluster })).exit).toBe(2)
  expect((await runCommand(ConfigsGet, ['--broker', 'x'], { cluster })).exit).toBe(2)
})

it('configs set changes what is named and leaves the rest', async () => {
  const { stdout } = await runCommand(ConfigsSet, ['--topic', 'orders', 'segment.bytes=100', '--unset', 'retention.ms'], { cluster })
  expect(stdout).toBe(' RESOURCE NAME   CHANGE\n topic    orders segment.bytes=100\n topic    orders -retention.ms\n')
  expect([...cluster.topic('orders').configs]).toEqual([['segment.bytes', '100']])
})

it('configs set checks in a dry run, and refuses what is wrong with exit 2', async () => {
  expect((await runCommand(ConfigsSet, ['--topic', 'orders', 'a.b=1', '--dry-run'], { cluster })).exit).toBe(0)
  expect(cluster.topic('orders').configs.has('a.b')).toBe(false)
  for (const argv of [['nonsense=1'], ['a.b'], [], ['a.b=1', '--unset', 'a.b']])
    expect((await runCommand(ConfigsSet, ['--topic', 'orders', ...argv], { cluster })).exit).toBe(2)
})

it('version prints one line, or an item', async () => {
  expect((await runCommand(VersionCommand, [])).stdout).toMatch(/^kafka-ts \d+\.\d+\.\d+ node \d+\.\d+\.\d+ \S+\n$/)
  expect(JSON.parse((await runCommand(VersionCommand, ['-o', 'json'])).stdout)).toMatchObject({ kind: 'Version' })
})
