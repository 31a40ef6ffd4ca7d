import { describe, expect, it } from 'vitest'
import type { RawClient } from '../testing-support/raw-client.ts'
import { TestBroker } from '../testing-support/test-broker.ts'

const NEW = { transactionalId: null, transactionTimeoutMs: 0, producerId: -1, producerEpoch: -1 }

async function idOf(client: RawClient): Promise<number> {
  const { response } = await client.send('initProducerId', NEW)
  expect(response.producerEpoch).toBe(0)
  return response.producerId
}

describe('initProducerId', () => {
  it('hands out each id once, also over restarts and from many connections at once', async () => {
    let test = await TestBroker.start()
    const { directory, doors } = test
    const ids: number[] = []
    for (let life = 0; life < 3; life++) {
      const clients = await Promise.all([test.connect(), test.connect(), test.connect()])
      const asked = Array.from({ length: 400 }, (_, index) => idOf(clients[index % 3] as RawClient))
      ids.push(...(await Promise.all(asked)))
      await test.stop()
      test = await TestBroker.start({ directory, doors })
    }
    await using _last = test
    expect(new Set(ids).size).toBe(3 * 400)
  })

  it('raises the epoch of a producer that asks for it, and gives it a new id when there is no epoch left', async () => {
    await using test = await TestBroker.start()
    const client = await test.connect()
    const producerId = await idOf(client)
    const bump = async (producerEpoch: number) => (await client.send('initProducerId', { ...NEW, producerId, producerEpoch })).response
    expect(await bump(0)).toEqual({ producerId, producerEpoch: 1 })
    expect(await bump(2 ** 15 - 3)).toEqual({ producerId, producerEpoch: 2 ** 15 - 2 })
    expect(await bump(2 ** 15 - 2)).toEqual({ producerId: producerId + 1, producerEpoch: 0 })
  })

  it('gives a new id to a producer whose id this cluster never handed out', async () => {
    await using test = await TestBroker.start()
    const client = await test.connect()
    const { response } = await client.send('initProducerId', { ...NEW, producerId: 123_456, producerEpoch: 5 })
    expect(response).toEqual({ producerId: 0, producerEpoch: 0 })
  })

  it('refuses transactional ids and halves of an identity', async () => {
    await using test = await TestBroker.start()
    const client = await test.connect()
    const refused = async (request: Partial<typeof NEW> | { transactionalId: string }) =>
      client.send('initProducerId', { ...NEW, ...request }).catch((error: { code: string }) => error.code)
    expect(await refused({ transactionalId: 'payments' })).toBe('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
    expect(await refused({ transactionalId: '' })).toBe('INVALID_REQUEST')
    expect(await refused({ producerId: 4 })).toBe('INVALID_REQUEST')
    expect(await refused({ producerEpoch: 4 })).toBe('INVALID_REQUEST')
  })
})
