import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KafkaError } from '@kafka-ts/client'
import { beforeEach, describe, expect, it } from 'vitest'
import { FakeCluster } from '../testing-support/fake-cluster.ts'
import { runCommand, temporaryHome } from '../testing-support/run-command.ts'
import Consume from './consume.ts'
import Produce from './produce.ts'

let cluster: FakeCluster
beforeEach(() => {
  cluster = new FakeCluster()
  cluster.addTopic('t', 2)
})

/** Key and value of every record of partition 0. */
function stored(topic = 't') {
  return cluster
    .topic(topic)
    .partitions[0]!.map(({ key, value }) => [
      key === null ? null : Buffer.from(key).toString(),
      value === null ? null : Buffer.from(value).toString('latin1'),
    ])
}

describe('produce', () => {
  it('sends each line as it is, and sums up on stderr', async () => {
    const { stdout, stderr, exit } = await runCommand(Produce, ['t'], { cluster, stdin: Buffer.from('a\r\n\n\xffend', 'latin1') })
    expect(stored()).toEqual([
      [null, 'a\r'],
      [null, ''],
      [null, '\xffend'],
    ])
    expect([stdout, exit]).toEqual(['', 0])
    expect(stderr).toMatch(/^3 records \(6 B\) written to t in \d+\.\d s, [\d,]+\/s\n$/)
  })

  it('takes the key from a field and leaves the value alone', async () => {
    const lines = '{"file":"a.ts","at":5}\n{"file":"b.ts","at":6}\n'
    await runCommand(Produce, ['t', '--input', 'lines', '--key-field', 'file', '--timestamp-field', 'at'], { cluster, stdin: lines })
    expect(stored()).toEqual([
      ['a.ts', '{"file":"a.ts","at":5}'],
      ['b.ts', '{"file":"b.ts","at":6}'],
    ])
    expect(cluster.topic('t').partitions[0]!.map(({ timestamp }) => timestamp)).toEqual([5, 6])
  })

  it('adds headers, key and partition', async () => {
    await runCommand(Produce, ['t', '-k', 'key', '-H', 'trace:a:b', '-p', '1'], { cluster, stdin: 'v\n' })
    const [record] = cluster.topic('t').partitions[1]!
    expect([record?.key?.toString(), record?.headers.map(({ key, value }) => `${key}=${Buffer.from(value!).toString()}`)]).toEqual([
      'key',
      ['trace=a:b'],
    ])
  })

  it('reads a file', async () => {
    const file = join(temporaryHome(), 'input')
    writeFileSync(file, 'x|y')
    await runCommand(Produce, ['t', file, '--key-sep', '|'], { cluster })
    expect(stored()).toEqual([['x', 'y']])
    expect((await runCommand(Produce, ['t', '/no/such/file'], { cluster })).exit).toBe(3)
  })

  it('sends one tombstone without reading anything', async () => {
    await runCommand(Produce, ['t', '--tombstone', '-k', 'gone'], { cluster, stdin: 'not read\n' })
    expect(stored()).toEqual([['gone', null]])
  })

  it('sends what it can, tells what failed, and exits 6 with the count', async () => {
    cluster.refusedValue = '{"k":"2"}'
    const { exit, error, stdout } = await runCommand(Produce, ['t', '--key-field', 'k', '-o', 'json'], {
      cluster,
      stdin: '{"k":"1"}\n{"k":"2"}\nno json\n{"k":"3"}\n',
    })
    expect(exit).toBe(6)
    expect(String(error)).toContain('2 records of 4 failed')
    expect(String(error)).toContain('line 3: it is not JSON')
    expect(stored()).toHaveLength(2)
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'ProduceResult', items: [{ topic: 't', records: '2', failed: '2' }] })
  })

  it('exits 5 when the broker is gone, and 3 when the topic cannot be created', async () => {
    cluster.down = new KafkaError('DISCONNECTED')
    expect((await runCommand(Produce, ['t'], { cluster, stdin: 'a\n' })).exit).toBe(5)
    cluster.down = undefined
    expect((await runCommand(Produce, ['nosuch'], { cluster, stdin: 'a\n' })).exit).toBe(3)
  })

  it('writes nothing in a dry run', async () => {
    const { stderr } = await runCommand(Produce, ['t', '--dry-run'], { cluster, stdin: 'a\nb\n' })
    expect([stored(), stderr]).toEqual([[], '2 records would be written to t\n'])
  })

  it('writes values to stdout too with --tee', async () => {
    expect((await runCommand(Produce, ['t', '--tee'], { cluster, stdin: 'a\nb' })).stdout).toBe('a\nb\n')
  })

  it.each([
    ['--key-sep', '|', '--key-field', 'f'],
    ['--input', 'raw', '--key-field', 'f'],
    ['--input', 'ndjson', '-k', 'x'],
    ['-f', '%v'],
    ['-H', 'nocolon'],
    ['--tee', '-o', 'json'],
    ['--key-sep', ''],
  ])('refuses %s %s %s %s', async (...argv) => {
    expect((await runCommand(Produce, ['t', ...argv.filter((word) => word !== undefined)], { cluster, stdin: 'a\n' })).exit).toBe(2)
  })
})

describe('consume', () => {
  beforeEach(() => {
    for (let i = 0; i < 4; i++) cluster.append('t', { key: `k${i}`, value: `v${i}` })
    cluster.append('t', {
      value: null,
      partition: 1,
      headers: [
        { key: 'h', value: Buffer.from('1') },
        { key: 'i', value: null },
      ],
    })
    cluster.append('t', { key: '', value: Buffer.from([0xff, 0x0a, 0x00]), partition: 1 })
  })

  async function consume(...argv: string[]) {
    return runCommand(Consume, ['t', ...argv], { cluster })
  }

  it('prints values, one a line', async () => {
    expect(await consume('--from', 'start', '-e', '-p', '0')).toMatchObject({ stdout: 'v0\nv1\nv2\nv3\n', stderr: '', exit: 0 })
  })

  it('prints a format and adds nothing to it', async () => {
    expect((await consume('-e', '-p', '0', '-n', '2', '-f', '%t/%p/%o %k\\t%v %T%%;')).stdout).toBe(
      't/0/0 k0\tv0 1795359600000%;t/0/1 k1\tv1 1795359600001%;',
    )
    expect((await consume('-e', '-p', '1', '-f', '[%h]', '-n', '1')).stdout).toBe('[h=1,i=]')
  })

  it('passes bytes through as they are', async () => {
    const home = temporaryHome()
    const { stdout } = await runCommand(Consume, ['t', '-e', '-p', '1', '--from', '1', '-f', '%v', '--value-as', 'hex'], { cluster, home })
    expect(stdout).toBe('ff0a00')
  })

  it('tells null from empty', async () => {
    expect((await consume('-e', '-p', '1', '-n', '2', '-f', '%k=%v\\n', '--null-as', 'NULL', '--value-as', 'base64')).stdout).toBe(
      'NULL=NULL\n=/woA\n',
    )
  })

  it.each([
    [['--from', 'start'], 'v0 v1 v2 v3'],
    [['--from', '2'], 'v2 v3'],
    [['--from', '-1'], 'v3'],
    [['--from', '-99'], 'v0 v1 v2 v3'],
    [['--from', '@1795359600002'], 'v2 v3'],
    [['--from', 'end'], ''],
    [['--to', '2'], 'v0 v1'],
    [['--to', '@1795359600003'], 'v0 v1 v2'],
    [['--filter-key', '^k[12]$'], 'v1 v2'],
    [['--filter-value', '3'], 'v3'],
  ])('reads %j', async (argv, expected) => {
    const ending = argv.includes('--to') ? [] : ['-e']
    expect((await consume('-p', '0', '-f', '%v ', ...ending, ...argv)).stdout.trim()).toBe(expected)
  })

  it('prints ndjson that produce reads again, whatever the bytes', async () => {
    const { stdout } = await consume('-e', '-o', 'ndjson')
    expect(stdout).toMatchInlineSnapshot(`
      "{"topic":"t","partition":0,"offset":"0","timestamp":"2026-11-22T15:00:00.000Z","key":"k0","value":"v0","headers":[]}
      {"topic":"t","partition":0,"offset":"1","timestamp":"2026-11-22T15:00:00.001Z","key":"k1","value":"v1","headers":[]}
      {"topic":"t","partition":0,"offset":"2","timestamp":"2026-11-22T15:00:00.002Z","key":"k2","value":"v2","headers":[]}
      {"topic":"t","partition":0,"offset":"3","timestamp":"2026-11-22T15:00:00.003Z","key":"k3","value":"v3","headers":[]}
      {"topic":"t","partition":1,"offset":"0","timestamp":"2026-11-22T15:00:00.000Z","key":null,"value":null,"headers":[{"key":"h","value":"1"},{"key":"i","value":null}]}
      {"topic":"t","partition":1,"offset":"1","timestamp":"2026-11-22T15:00:00.001Z","key":"","value":"/woA","valueEncoding":"base64","headers":[]}
      "
    `)
    cluster.addTopic('copy', 2)
    expect((await runCommand(Produce, ['copy', '--input', 'ndjson'], { cluster, stdin: stdout })).exit).toBe(0)
    const bytes = (topic: string) =>
      cluster.topic(topic).partitions.map((log) => log.map(({ key, value, timestamp }) => [key, value, timestamp]))
    expect(bytes('copy')).toEqual(bytes('t'))
  })

  it('prints one JSON document, also when there is nothing', async () => {
    const document = JSON.parse((await consume('-e', '-o', 'json', '--meta-only')).stdout) as { items: object[] }
    expect(document).toMatchObject({ kind: 'RecordList', warnings: [] })
    expect(document.items[0]).toEqual({
      topic: 't',
      partition: 0,
      offset: '0',
      timestamp: '2026-11-22T15:00:00.000Z',
      key: 'k0',
      valueBytes: 2,
      headers: [],
    })
    expect(JSON.parse((await consume('-e', '--from', 'end', '-o', 'json')).stdout)).toEqual({ kind: 'RecordList', items: [], warnings: [] })
  })

  it('prints a table and YAML', async () => {
    expect((await consume('-e', '-n', '1', '-o', 'table')).stdout).toMatchInlineSnapshot(`
      " TOPIC PART     OFFSET TIMESTAMP                KEY                  VALUE
       t        0          0 2026-11-22T15:00:00.000Z k0                   v0
      "
    `)
    expect((await consume('-e', '-n', '1', '-o', 'yaml')).stdout).toMatchInlineSnapshot(`
      "kind: RecordList
      items:
        - {"topic":"t","partition":0,"offset":"0","timestamp":"2026-11-22T15:00:00.000Z","key":"k0","value":"v0","headers":[]}
      warnings: []
      "
    `)
  })

  it('ends well at ctrl-C, with what was read written', async () => {
    const { stdout, exit } = await runCommand(Consume, ['t', '--from', 'start', '-p', '0'], {
      cluster,
      onStart: (interrupt) => setImmediate(() => interrupt('SIGINT')),
    })
    expect([stdout.split('\n')[0], exit]).toEqual(['v0', 0])
  })

  it('ends with 143 at SIGTERM', async () => {
    expect((await runCommand(Consume, ['t'], { cluster, onStart: (interrupt) => setImmediate(() => interrupt('SIGTERM')) })).exit).toBe(143)
  })

  it('never creates a topic, and exits 3 for one, or a partition, that is missing', async () => {
    expect((await runCommand(Consume, ['nosuch', '-e'], { cluster })).exit).toBe(3)
    expect((await consume('-p', '9', '-e')).exit).toBe(3)
    expect(cluster.topics.has('nosuch')).toBe(false)
  })

  it.each([
    ['--from', 'soon'],
    ['--to', 'later'],
    ['-f', '%q'],
    ['--filter-key', '('],
    ['-f', '%v', '-o', 'json'],
    ['--meta-only', '-f', '%v'],
  ])('refuses %s %s', async (...argv) => {
    expect((await consume('-e', ...argv)).exit).toBe(2)
  })
})
