import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts'
import { advertisedApis, initProducerIdKey } from './broker-ranges.ts'
import { type ClientEntry, clients } from './clients.ts'
import { clientFile, requireInstalled, skipWithLine } from './programs.ts'
import { pythonOf } from './python.ts'
import { runProgram } from './run-program.ts'

const testTimeoutMs = 60_000
let broker: BrokerProcess

beforeAll(async () => {
  broker = await startBrokerProcess()
})
afterAll(() => broker?.remove())

describe.each(clients.filter(({ name }) => name in pythonOf))('$name, to a topic that is created by its use', (entry) => {
  const topic = entry.name.replaceAll(' ', '-')
  const python = pythonOf[entry.name] as string

  test(
    'a consumer in a thread gets what is sent after it began',
    async (context) => {
      await requireUsable(entry, context)
      expect(await run(python, 'consumer_first', `${topic}-test-topic`)).toBe("[b'test-data']")
    },
    testTimeoutMs,
  )

  test(
    "a consumer with auto_offset_reset='earliest' gets what was sent before it",
    async (context) => {
      await requireUsable(entry, context)
      expect(await run(python, 'earliest', `${topic}-earliest`)).toBe("[b'test-data']")
    },
    testTimeoutMs,
  )
})

/** From 3.0 on kafka-python's producers are idempotent unless told otherwise. */
async function requireUsable(entry: ClientEntry, context: TestContext): Promise<void> {
  requireInstalled(entry.missing(), context)
  if (entry.name !== 'kafka-python 3' || (await advertisedApis(broker.address)).has(initProducerIdKey)) return
  skipWithLine('the broker does not advertise InitProducerId yet', context)
}

async function run(python: string, program: string, topic: string): Promise<string> {
  const { stdout } = await runProgram([python, clientFile(`python/${program}.py`), broker.address, topic], { timeoutMs: 45_000 })
  return stdout.toString().trim()
}
