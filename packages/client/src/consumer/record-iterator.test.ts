import { describe, expect, test } from 'vitest'
import { runSimulated, type World } from '../testing-support/simulated-world.ts'
import { orders, values, write } from './consumer.test-support.ts'

function simulated(name: string, body: (world: World) => Promise<void>): void {
  test(name, () => runSimulated(1, body))
}

describe('what is left of an iteration', () => {
  simulated('that was ended while it waited goes to the next one', async ({ broker, kafka, until }) => {
    broker.createTopic('orders')
    const client = kafka()
    const consumer = client.consumer({ topics: [orders], from: 'earliest' })
    for (const abandoned of [consumer[Symbol.asyncIterator](), consumer.batches()]) {
      const waiting = abandoned.next()
      await until(() => broker.requests.includes('fetch'))
      await abandoned.return?.()
      const before = broker.partition('orders').endOffset
      await write(client, { from: before, to: before + 10 })
      expect((await waiting).done).toBe(true)
      const found: string[] = []
      for await (const { value } of consumer) if (found.push(value) === 10) break
      expect(found).toEqual(values(before, before + 10))
    }
  })
})
