import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest'
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts'
import { advertisedApis, initProducerIdKey } from './broker-ranges.ts'
import { programOnPath, requireInstalled, skipWithLine } from './programs.ts'
import { runProgram } from './run-program.ts'

const topic = 'kcat-topic'
let broker: BrokerProcess

beforeAll(async () => {
  broker = await startBrokerProcess()
})
afterAll(() => broker?.remove())

test('kcat -L shows the broker before there is any topic', async (context) => {
  const listed = await kcat(context, ['-L'])
  expect(listed).toContain(`broker 1 at ${broker.address} (controller)`)
  expect(listed).toContain('0 topics:')
})

test('kcat -P writes lines, creating the topic', async (context) => {
  await kcat(context, ['-P', '-t', topic], 'one\ntwo\nthree\n')
  expect(await kcat(context, ['-L'])).toMatch(
    new RegExp(`topic "${topic}" with 1 partitions:\\s+partition 0, leader 1, replicas: 1, isrs: 1`),
  )
})

test('kcat -C reads them back, from the start, from an offset and the last one', async (context) => {
  expect(await kcat(context, ['-C', '-t', topic, '-e', '-q'])).toBe('one\ntwo\nthree\n')
  expect(await kcat(context, ['-C', '-t', topic, '-e', '-q', '-o', '1'])).toBe('two\nthree\n')
  expect(await kcat(context, ['-C', '-t', topic, '-e', '-q', '-o', '-1'])).toBe('three\n')
})

test('kcat -Q finds offsets: first, end, and by time', async (context) => {
  const query = async (timestamp: number) => (await kcat(context, ['-Q', '-t', `${topic}:0:${timestamp}`])).trim()
  expect(await query(-2)).toBe(`${topic} [0] offset 0`)
  expect(await query(-1)).toBe(`${topic} [0] offset 3`)
  expect(await query(1)).toBe(`${topic} [0] offset 0`)
})

test('kcat -X enable.idempotence=true writes each line once', async (context) => {
  requireKcat(context)
  if (!(await advertisedApis(broker.address)).has(initProducerIdKey))
    skipWithLine('the broker does not advertise InitProducerId yet', context)
  await kcat(context, ['-P', '-t', 'idempotent', '-X', 'enable.idempotence=true'], 'one\ntwo\n')
  expect(await kcat(context, ['-C', '-t', 'idempotent', '-e', '-q'])).toBe('one\ntwo\n')
})

test('kcat -X acks=0 writes without waiting for an answer', async (context) => {
  await kcat(context, ['-P', '-t', 'acks-0', '-X', 'acks=0'], 'one\n')
  expect(await kcat(context, ['-C', '-t', 'acks-0', '-q', '-c', '1'])).toBe('one\n')
})

function requireKcat(context: TestContext): void {
  requireInstalled(programOnPath('kcat') === undefined ? 'kcat' : undefined, context)
}

async function kcat(context: TestContext, args: readonly string[], input = ''): Promise<string> {
  requireKcat(context)
  const { stdout } = await runProgram(['kcat', '-b', broker.address, '-X', 'message.timeout.ms=15000', ...args], { input })
  return stdout.toString()
}
