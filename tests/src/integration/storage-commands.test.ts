import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Kafka } from '@kafka-ts/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBrokerProcess } from '../support/broker-process.ts'

const cli = fileURLToPath(new URL('../../../apps/cli/bin/run.js', import.meta.url))
const records = 2000
const recordsPerBatch = 20
const firstTimestamp = Date.UTC(2026, 0, 1)

let dataDir: string

function recordOf(number: number) {
  return { key: `k-${number}`, value: `value ${number} ${'x'.repeat(50)}`, timestamp: firstTimestamp + number }
}

function kafkaTs(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'storage', ...args], {
    encoding: 'utf8',
    cwd: dataDir,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, NO_COLOR: '1' },
  })
  return { exit: status, stdout, stderr }
}

/** What a user sees of some runs, with the directory's name taken out; what goes to stderr is marked by a bar. */
function transcript(...lines: readonly string[]): string {
  const runs = lines.map((line) => {
    const args = line.split(' ').map((word) => word.replace('DIR', dataDir))
    const { exit, stdout, stderr } = kafkaTs(...args)
    return `$ kafka-ts storage ${line}\n${stdout}${stderr.replace(/^(?=.)/gm, '| ')}[exit ${exit}]\n`
  })
  return runs.join('\n').replaceAll(dataDir, 'DIR')
}

/** Of the second segment, which lies below the durable point. */
function segment(): string {
  const logs = readdirSync(join(dataDir, 'orders-0')).filter((name) => name.endsWith('.log'))
  return join(dataDir, 'orders-0', logs[1] as string)
}

function flipBit(file: string, position: number): void {
  const bytes = readFileSync(file)
  bytes[position] = (bytes[position] as number) ^ 1
  writeFileSync(file, bytes)
}

async function offsets(address: string): Promise<number[]> {
  await using kafka = new Kafka({ brokers: [address] })
  const read: number[] = []
  for await (const record of kafka.consumer({ topics: ['orders'], from: 'earliest', until: 'end' })) read.push(record.offset)
  return read
}

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'kafka-ts-storage-commands-'))
  const broker = await startBrokerProcess({ dataDir })
  await using kafka = new Kafka({ brokers: [broker.address] })
  await kafka.admin.createTopic({ topic: 'orders', configs: { 'segment.bytes': 32 * 1024 } })
  const producer = kafka.producer({ batchBytes: 2048 })
  // Sent in one go and awaited: so each batch holds the same records whenever this runs.
  for (let first = 0; first < records; first += recordsPerBatch) {
    await producer.sendMany(
      'orders',
      Array.from({ length: recordsPerBatch }, (_, index) => recordOf(first + index)),
    )
  }
  await kafka.close()
  await broker.stop()
})
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

describe('the offline commands', () => {
  test('verify finds nothing wrong after a clean stop', () => {
    const { exit, stdout, stderr } = kafkaTs('verify', dataDir, '-o', 'json')
    expect(stderr).toBe('')
    expect(exit).toBe(0)
    const [log] = JSON.parse(stdout).items
    expect(log).toMatchObject({ log: 'orders-0', status: 'ok', startOffset: '0', endOffset: String(records), findings: [] })
  })

  test('dump shows batches and records, indexes, snapshots and checkpoints', () => {
    const dump = (file: string, ...flags: string[]) =>
      kafkaTs('dump', file, ...flags)
        .stdout.trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    const items = dump(segment(), '--records')
    const [batch, record] = items
    expect(batch).toMatchObject({ kind: 'batch', position: 0, codec: 'none', magic: 2 })
    expect(record).toMatchObject({ kind: 'record', offset: batch.baseOffset, key: `k-${batch.baseOffset}`, headers: [] })
    expect(items.filter(({ kind }) => kind === 'record').length).toBeGreaterThan(100)
    expect(dump(segment().replace('.log', '.index'))[0]).toMatchObject({ kind: 'offset index entry' })
    expect(dump(segment().replace('.log', '.snapshot'))[0]).toMatchObject({ kind: 'producer', producerId: 0 })
    expect(dump(join(dataDir, 'recovery-point-offset-checkpoint'))).toEqual([
      { kind: 'checkpoint row', fields: ['orders', '0', String(records)] },
    ])
  })

  test.each([
    [['verify', '/nowhere'], 3, 'There is no directory /nowhere.'],
    [['verify', tmpdir()], 2, 'is no data directory'],
    [['dump', '/nowhere/0.log'], 3, 'There is no file /nowhere/0.log.'],
    [['dump', cli], 2, 'is no .log, .index'],
  ])('%j ends with %i', (args, exit, message) => {
    const result = kafkaTs(...args)
    expect(result.exit).toBe(exit)
    expect(result.stdout).toBe('')
    expect(result.stderr.replaceAll(/\s+›?\s*/g, ' ')).toContain(message)
  })

  test('a directory that a broker uses is left alone', async () => {
    const broker = await startBrokerProcess({ dataDir })
    try {
      const { exit, stderr } = kafkaTs('verify', dataDir)
      expect(exit).toBe(7)
      expect(stderr).toContain('in use by a broker')
    } finally {
      await broker.stop()
    }
  })

  test('damage is found, kept offline by the broker, and repaired only when the user agrees; every other record keeps its offset', async () => {
    flipBit(segment(), 3000)
    const verified = kafkaTs('verify', dataDir, '-o', 'json')
    expect(verified.exit).toBe(8)
    const [{ status, findings }] = JSON.parse(verified.stdout).items
    expect(status).toBe('damage')
    expect(findings).toMatchObject([{ kind: 'damage', file: segment(), problem: 'the CRC does not match' }])
    const { fromOffset, toOffset } = findings[0]

    await expect(
      transcript('verify DIR', 'verify DIR --json', 'verify DIR --logs orders-1', 'verify nowhere', 'verify DIR -o xml'),
    ).toMatchFileSnapshot('goldens/storage-verify.txt')
    await expect(
      transcript('repair DIR --dry-run', 'repair DIR --dry-run --json', 'repair DIR', 'repair DIR --confirm x', 'repair nowhere'),
    ).toMatchFileSnapshot('goldens/storage-repair.txt')
    await expect(
      transcript(
        `dump ${segment().replace(dataDir, 'DIR')}`,
        `dump ${segment().replace(dataDir, 'DIR').replace('.log', '.index')}`,
        'dump nowhere.log',
        'dump',
      ),
    ).toMatchFileSnapshot('goldens/storage-dump.txt')

    const planned = kafkaTs('repair', dataDir, '--dry-run', '-o', 'json')
    expect(planned.exit).toBe(0)
    expect(JSON.parse(planned.stdout).items).toMatchObject([{ log: 'orders-0', fromOffset, toOffset, isRepairable: true, isDryRun: true }])
    expect(kafkaTs('repair', dataDir).exit).toBe(2)
    expect(kafkaTs('verify', dataDir).exit).toBe(8)

    expect(kafkaTs('repair', dataDir, '--yes').exit).toBe(0)
    expect(kafkaTs('verify', dataDir).exit).toBe(0)
    const broker = await startBrokerProcess({ dataDir })
    try {
      const all = Array.from({ length: records }, (_, offset) => offset)
      expect(await offsets(broker.address)).toEqual(all.filter((offset) => offset < Number(fromOffset) || offset >= Number(toOffset)))
    } finally {
      await broker.stop()
    }
  })
})
