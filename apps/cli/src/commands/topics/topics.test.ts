import { KafkaError } from '@kafka-ts/client'
import { beforeEach, describe, expect, it } from 'vitest'
import { FakeCluster } from '../../testing-support/fake-cluster.ts'
import { runCommand, temporaryHome } from '../../testing-support/run-command.ts'
import ContextAdd from '../context/add.ts'
import TopicsAlter from './alter.ts'
import TopicsCreate from './create.ts'
import TopicsDelete from './delete.ts'
import TopicsDescribe from './describe.ts'
import TopicsList from './list.ts'
import TopicsOffsets from './offsets.ts'
import TopicsTrim from './trim.ts'

let cluster: FakeCluster
beforeEach(() => {
  cluster = new FakeCluster()
  cluster.addTopic('orders', 2, { configs: { 'retention.ms': '86400000' } })
  cluster.addTopic('payments')
  cluster.addTopic('__consumer_offsets', 3, { isInternal: true })
  for (let i = 0; i < 1500; i++) cluster.append('orders', { value: 'x', partition: i % 3 === 0 ? 1 : 0 })
})

describe('topics list', () => {
  it('prints a table', async () => {
    const { stdout, stderr, exit } = await runCommand(TopicsList, [], { cluster })
    expect(stdout).toMatchInlineSnapshot(`
      " NAME     PARTS RF ISR CLEANUP
       orders       2  1 ok  delete
       payments     1  1 ok  delete
      "
    `)
    expect([stderr, exit, cluster.closedClients]).toEqual(['', 0, 1])
  })

  it('prints sizes, overrides and internal topics when asked', async () => {
    const { stdout } = await runCommand(TopicsList, ['--sizes', '--overrides', '--internal', '--sort', 'size:desc'], { cluster })
    expect(stdout).toMatchInlineSnapshot(`
      " NAME               PARTS RF ISR    SIZE CLEANUP OVERRIDES
       orders                 2  1 ok  1.4 MiB delete  retention.ms=86400000
       __consumer_offsets     3  1 ok      0 B delete  -
       payments               1  1 ok      0 B delete  -
      "
    `)
  })

  it('prints JSON', async () => {
    const { stdout } = await runCommand(TopicsList, ['orders', '--json'], { cluster })
    expect(stdout).toMatchInlineSnapshot(`
      "{
        "kind": "TopicList",
        "items": [
          {
            "name": "orders",
            "topicId": "id-of-orders",
            "partitions": 2,
            "replicationFactor": 1,
            "underReplicated": 0,
            "leaderless": 0,
            "isInternal": false,
            "cleanupPolicy": "delete"
          }
        ],
        "warnings": []
      }
      "
    `)
  })

  it('takes patterns and regular expressions', async () => {
    expect((await runCommand(TopicsList, ['o*', '-o', 'name'], { cluster })).stdout).toBe('orders\n')
    expect((await runCommand(TopicsList, ['-r', '^p', 's$', '-o', 'name'], { cluster })).stdout).toBe('orders\npayments\n')
    expect((await runCommand(TopicsList, ['-r', '('], { cluster })).exit).toBe(2)
  })

  it('prints the header alone and exits 0 when there is none', async () => {
    expect(await runCommand(TopicsList, ['zzz*'], { cluster })).toMatchObject({ stdout: ' NAME PARTS RF ISR CLEANUP\n', exit: 0 })
  })

  it('has a footer at a terminal only', async () => {
    const { stderr } = await runCommand(TopicsList, [], { cluster, isTerminal: true })
    expect(stderr).toBe('2 topics (1 internal hidden, --internal to show)\n')
    expect((await runCommand(TopicsList, ['-q'], { cluster, isTerminal: true })).stderr).toBe('')
  })

  it('prints the schema without a cluster', async () => {
    const { stdout, connected } = await runCommand(TopicsList, ['-o', 'schema'], { cluster })
    expect(JSON.parse(stdout)).toMatchObject({ properties: { kind: { const: 'TopicList' }, items: { type: 'array' } } })
    expect(connected).toBeUndefined()
  })

  it('exits 5 when no broker answers, and says what to do', async () => {
    cluster.down = new KafkaError('DISCONNECTED', 'connect ECONNREFUSED 127.0.0.1:9092')
    const { exit, error } = await runCommand(TopicsList, [], { cluster })
    expect([exit, String(error)]).toEqual([
      5,
      'CliError: Cannot list the topics: no answer from localhost:9092 within 10 s (connect ECONNREFUSED 127.0.0.1:9092).',
    ])
  })

  it('refuses --columns for JSON', async () => {
    expect((await runCommand(TopicsList, ['--columns', 'name', '-o', 'json'], { cluster })).exit).toBe(2)
  })
})

describe('topics describe', () => {
  it('prints a block a topic', async () => {
    const { stdout } = await runCommand(TopicsDescribe, ['orders', 'payments'], { cluster })
    expect(stdout).toMatchInlineSnapshot(`
      "NAME orders   ID id-of-orders   PARTITIONS 2   RF 1
      CONFIG (non-default; --all-configs for the rest)
        retention.ms=86400000 (1d)
       PART LEADER EPOCH REPLICAS ISR START   END    SIZE
          0      1     0 1        1       0 1,000 977 KiB
          1      1     0 1        1       0   500 488 KiB

      NAME payments   ID id-of-payments   PARTITIONS 1   RF 1
      CONFIG (non-default; --all-configs for the rest)
        none
       PART LEADER EPOCH REPLICAS ISR START END SIZE
          0      1     0 1        1       0   0  0 B
      "
    `)
  })

  it('prints 64-bit numbers as strings in JSON', async () => {
    const { stdout } = await runCommand(TopicsDescribe, ['payments', '-o', 'json', '--all-configs'], { cluster })
    expect(stdout).toMatchInlineSnapshot(`
      "{
        "kind": "TopicDescriptionList",
        "items": [
          {
            "name": "payments",
            "topicId": "id-of-payments",
            "isInternal": false,
            "partitionCount": 1,
            "replicationFactor": 1,
            "configs": [
              {
                "name": "cleanup.policy",
                "value": "delete",
                "source": "default",
                "isDefault": true,
                "isReadOnly": false,
                "isSensitive": false
              },
              {
                "name": "min.insync.replicas",
                "value": "1",
                "source": "default",
                "isDefault": true,
                "isReadOnly": false,
                "isSensitive": false
              },
              {
                "name": "retention.ms",
                "value": "604800000",
                "source": "default",
                "isDefault": true,
                "isReadOnly": false,
                "isSensitive": false
              }
            ],
            "partitions": [
              {
                "partition": 0,
                "leader": 1,
                "leaderEpoch": 0,
                "replicas": [
                  1
                ],
                "isr": [
                  1
                ],
                "startOffset": "0",
                "endOffset": "0",
                "sizeBytes": "0",
                "problem": null
              }
            ]
          }
        ],
        "warnings": []
      }
      "
    `)
  })

  it('prints only the sections that are asked for', async () => {
    const { stdout } = await runCommand(TopicsDescribe, ['orders', '--configs'], { cluster })
    expect(stdout).toMatchInlineSnapshot(`
      "NAME orders   ID id-of-orders   PARTITIONS 2   RF 1
      CONFIG (non-default; --all-configs for the rest)
        retention.ms=86400000 (1d)
      "
    `)
    expect((await runCommand(TopicsDescribe, ['orders', '--partitions', '--no-offsets'], { cluster })).stdout).not.toContain('SIZE')
  })

  it('exits 3 for a topic that is missing, with nothing on stdout', async () => {
    expect(await runCommand(TopicsDescribe, ['nosuch', '-o', 'json'], { cluster })).toMatchObject({ exit: 3, stdout: '' })
    expect(await runCommand(TopicsDescribe, ['nosuch', 'neither'], { cluster })).toMatchObject({ exit: 3 })
    expect(await runCommand(TopicsDescribe, ['-r', '^zzz'], { cluster })).toMatchObject({ exit: 3 })
  })

  it('exits 6 when only some are missing, and JSON readers find both in one document', async () => {
    const { exit, stdout, error } = await runCommand(TopicsDescribe, ['payments', 'nosuch', '--json'], { cluster })
    expect(exit).toBe(6)
    expect(JSON.parse(stdout)).toMatchObject({
      items: [{ name: 'payments' }],
      errors: [{ name: 'nosuch', error: { code: 'UNKNOWN_TOPIC_OR_PARTITION', exit: 3 } }],
    })
    expect(error).toMatchObject({ isOnStdout: true, code: 'PARTIAL_FAILURE' })
  })
})

describe('topics create', () => {
  it('creates with partitions and configs', async () => {
    const { stdout, exit } = await runCommand(TopicsCreate, ['a', 'b', '-p', '3', '-c', 'retention.ms=1000'], { cluster })
    expect(stdout).toBe(' TOPIC CHANGE  DETAIL\n a     created 3 partitions\n b     created 3 partitions\n')
    expect([exit, cluster.topic('b').partitions.length, cluster.topic('a').configs.get('retention.ms')]).toEqual([0, 3, '1000'])
  })

  it('exits 7 for one that exists, 0 with --if-not-exists, and 6 when only some exist', async () => {
    expect((await runCommand(TopicsCreate, ['orders'], { cluster })).exit).toBe(7)
    expect((await runCommand(TopicsCreate, ['orders', '--if-not-exists'], { cluster })).stdout).toContain('unchanged exists already')
    expect((await runCommand(TopicsCreate, ['orders', 'new'], { cluster })).exit).toBe(6)
  })

  it('changes nothing in a dry run', async () => {
    const { stdout } = await runCommand(TopicsCreate, ['new', '--dry-run'], { cluster })
    expect(stdout).toContain('would be created')
    expect(cluster.topics.has('new')).toBe(false)
  })

  it('reads topics from YAML on standard input', async () => {
    const stdin = '- simple\n- name: big\n  partitions: 4\n  configs: {retention.ms: 5}\n'
    expect((await runCommand(TopicsCreate, ['-f', '-'], { cluster, stdin })).exit).toBe(0)
    expect([
      cluster.topic('big').partitions.length,
      cluster.topic('big').configs.get('retention.ms'),
      cluster.topics.has('simple'),
    ]).toEqual([4, '5', true])
    expect((await runCommand(TopicsCreate, ['-f', '-'], { cluster, stdin: '- {partitions: 4}' })).exit).toBe(2)
  })

  it('needs a name', async () => {
    expect((await runCommand(TopicsCreate, [], { cluster })).exit).toBe(2)
  })
})

describe('topics delete', () => {
  it('needs --yes where nobody can be asked, and names it', async () => {
    const { exit, error } = await runCommand(TopicsDelete, ['orders'], { cluster })
    expect([exit, (error as { suggestions: string[] }).suggestions]).toEqual([2, ['add --yes']])
    expect(cluster.topics.has('orders')).toBe(true)
  })

  it('asks at a terminal: y deletes, anything else exits 9', async () => {
    expect((await runCommand(TopicsDelete, ['payments'], { cluster, isTerminal: true, stdin: 'n\n' })).exit).toBe(9)
    expect((await runCommand(TopicsDelete, ['payments'], { cluster, isTerminal: true, stdin: '' })).exit).toBe(9)
    expect(cluster.topics.has('payments')).toBe(true)
    const { exit, stderr } = await runCommand(TopicsDelete, ['payments'], { cluster, isTerminal: true, stdin: 'y\n' })
    expect([exit, cluster.topics.has('payments')]).toEqual([0, false])
    expect(stderr).toContain('Delete topic payments and all its records? [y/N]')
  })

  it('deletes what can be deleted and exits 6 for the rest', async () => {
    expect((await runCommand(TopicsDelete, ['payments', 'nosuch', '-y'], { cluster })).exit).toBe(6)
    expect(cluster.topics.has('payments')).toBe(false)
    expect((await runCommand(TopicsDelete, ['nosuch', '-y'], { cluster })).exit).toBe(3)
    expect((await runCommand(TopicsDelete, ['nosuch', '-y', '--if-exists'], { cluster })).exit).toBe(0)
  })

  it('prints what a regular expression matches, and in a dry run deletes nothing', async () => {
    const { stderr, exit } = await runCommand(TopicsDelete, ['-r', '^(orders|pay)', '--dry-run'], { cluster })
    expect([stderr, exit, cluster.topics.has('orders')]).toEqual(['orders\npayments\n', 0, true])
  })

  it('in a protected context needs the name, not just --yes', async () => {
    const home = temporaryHome()
    await runCommand(ContextAdd, ['prod', '-b', 'b1:9092', '--protected', '--use'], { home })
    expect((await runCommand(TopicsDelete, ['payments', '--yes'], { cluster, home })).exit).toBe(2)
    expect((await runCommand(TopicsDelete, ['payments', '--confirm', 'pay'], { cluster, home })).exit).toBe(2)
    expect((await runCommand(TopicsDelete, ['payments'], { cluster, home, isTerminal: true, stdin: 'y\n' })).exit).toBe(9)
    expect(cluster.topics.has('payments')).toBe(true)
    expect((await runCommand(TopicsDelete, ['payments', '--confirm', 'payments'], { cluster, home })).exit).toBe(0)
    expect((await runCommand(TopicsDelete, ['orders'], { cluster, home, isTerminal: true, stdin: 'orders\n' })).exit).toBe(0)
  })
})

describe('topics alter', () => {
  it('adds partitions and changes configs', async () => {
    const { stdout, stderr } = await runCommand(
      TopicsAlter,
      ['orders', '--add-partitions', '2', '-c', 'segment.bytes=100', '--unset', 'retention.ms'],
      { cluster },
    )
    expect(stdout).toContain('partitions 2 -> 4 segment.bytes=100 -retention.ms')
    expect(stderr).toContain('Warning: ')
    expect([cluster.topic('orders').partitions.length, [...cluster.topic('orders').configs]]).toEqual([4, [['segment.bytes', '100']]])
  })

  it('changes nothing in a dry run, and needs something to change', async () => {
    expect((await runCommand(TopicsAlter, ['orders', '--partitions', '5', '--dry-run'], { cluster })).stdout).toContain('would be altered')
    expect(cluster.topic('orders').partitions).toHaveLength(2)
    expect((await runCommand(TopicsAlter, ['orders'], { cluster })).exit).toBe(2)
    expect((await runCommand(TopicsAlter, ['orders', '--partitions', '1'], { cluster })).exit).toBe(2)
    expect((await runCommand(TopicsAlter, ['nosuch', '--partitions', '3'], { cluster })).exit).toBe(3)
  })

  it.each([
    ['1', 'Cannot give topic orders 1 partition: it has 2, and partitions can be added, never taken away.'],
    ['2', 'Cannot give topic orders 2 partitions: it has 2, and that is no change.'],
  ])('says why %s partitions of two cannot be', async (partitions, message) => {
    const { exit, error } = await runCommand(TopicsAlter, ['orders', '--partitions', partitions], { cluster })
    expect([exit, (error as Error).message]).toEqual([2, message])
  })
})

describe('topics offsets', () => {
  it('has one item a partition, which add up', async () => {
    const { stdout } = await runCommand(TopicsOffsets, ['orders', '--at', 'latest', '-o', 'json'], { cluster })
    expect(JSON.parse(stdout)).toEqual({
      kind: 'TopicOffsetList',
      items: [
        { topic: 'orders', partition: 0, offset: '1000' },
        { topic: 'orders', partition: 1, offset: '500' },
      ],
      warnings: [],
    })
  })

  it('finds offsets by time, null where no record is so late', async () => {
    const { stdout } = await runCommand(TopicsOffsets, ['orders', '--at', '@2026-11-22T15:00:00.700Z', '-o', 'ndjson'], { cluster })
    expect(stdout).toBe(
      '{"topic":"orders","partition":0,"offset":"700","timestamp":"2026-11-22T15:00:00.700Z"}\n{"topic":"orders","partition":1,"offset":null,"timestamp":null}\n',
    )
  })

  it('prints a table', async () => {
    expect((await runCommand(TopicsOffsets, ['orders'], { cluster })).stdout).toBe(
      ' TOPIC  PARTITION OFFSET\n orders         0  1,000\n orders         1    500\n',
    )
  })

  it('refuses a place it does not know, and a topic that is missing', async () => {
    expect((await runCommand(TopicsOffsets, ['orders', '--at', 'yesterday'], { cluster })).exit).toBe(2)
    expect((await runCommand(TopicsOffsets, ['nosuch'], { cluster })).exit).toBe(3)
  })
})

describe('topics trim', () => {
  it('deletes what is before an offset', async () => {
    const { stdout } = await runCommand(TopicsTrim, ['orders', '--before', '400', '--yes'], { cluster })
    expect(stdout).toMatchInlineSnapshot(`
      " TOPIC  PARTITION START NEW-START RECORDS
       orders         0     0       400     400
       orders         1     0       400     400
      "
    `)
    expect(cluster.topic('orders').startOffsets).toEqual([400, 400])
  })

  it('refuses an offset beyond the end of a partition, and changes nothing', async () => {
    const { exit, error } = await runCommand(TopicsTrim, ['orders', '--before', '600', '--yes'], { cluster })
    expect([exit, String(error)]).toEqual([2, expect.stringContaining('before 600: orders/1 ends at 500. Nothing was changed.')])
    expect(cluster.topic('orders').startOffsets).toEqual([0, 0])
    expect((await runCommand(TopicsTrim, ['orders', '--before', '600', '--partitions', '0', '--yes'], { cluster })).exit).toBe(0)
  })

  it('trims the partitions that are named, and shows a plan in a dry run', async () => {
    const { stdout } = await runCommand(TopicsTrim, ['orders', '--before', 'end', '--partitions', '1', '--dry-run', '-o', 'ndjson'], {
      cluster,
    })
    expect(stdout).toBe('{"topic":"orders","partition":1,"startOffset":"0","newStartOffset":"500","records":"500","isDryRun":true}\n')
    expect(cluster.topic('orders').startOffsets).toEqual([0, 0])
    expect((await runCommand(TopicsTrim, ['orders', '--before', 'end', '--partitions', '7', '-y'], { cluster })).exit).toBe(3)
  })
})
