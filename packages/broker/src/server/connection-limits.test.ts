import { PREAMBLE } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { batchOfValues } from '../testing-support/batches.ts'
import type { RawClient } from '../testing-support/raw-client.ts'
import { simulate } from '../testing-support/simulated.ts'
import { createTopic, fetchRequest, produce, produceRequest, TestBroker } from '../testing-support/test-broker.ts'

/** Whether the client's connection is gone. */
function watchClosed(client: { readonly closed: Promise<void> }): { isClosed: boolean } {
  const watch = { isClosed: false }
  void client.closed.then(() => {
    watch.isClosed = true
  })
  return watch
}

/** Whether a request of the client is answered; not so when its connection is closed instead. */
function isServed(client: RawClient): Promise<boolean> {
  return client.send('metadata', { topics: [], allowAutoCreate: false }).then(
    () => true,
    () => false,
  )
}

describe('a connection', () => {
  it('that says nothing is closed after ten seconds', async () => {
    await simulate({}, async ({ test, sleep }) => {
      const silent = watchClosed(await test.connectSilently())
      await sleep(9000)
      expect(silent.isClosed).toBe(false)
      await sleep(3000)
      expect(silent.isClosed).toBe(true)
    })
  })

  it('that sends its first bytes one by one has no more time for it', async () => {
    await simulate({}, async ({ test, sleep }) => {
      const loris = await test.connectSilently()
      const watch = watchClosed(loris)
      for (const byte of PREAMBLE.subarray(0, 3)) {
        loris.write(Uint8Array.of(byte))
        await sleep(4000)
      }
      expect(watch.isClosed).toBe(true)
    })
  })

  it('that stops in the middle of a frame is closed after a minute', async () => {
    await simulate({}, async ({ test, sleep }) => {
      const client = await test.connect()
      const watch = watchClosed(client)
      client.write(Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 9, 1))
      await sleep(55_000)
      expect(watch.isClosed).toBe(false)
      await sleep(10_000)
      expect(watch.isClosed).toBe(true)
    })
  })

  it('that was told to go and stays has ten seconds before its place is free', async () => {
    await simulate({ 'max.connections': '1' }, async ({ test, sleep }) => {
      const client = await test.connect()
      client.pause()
      const records = batchOfValues('x'.repeat(200_000))
      const request = produceRequest({ topicId: new Uint8Array(16), records })
      client.send('produce', { ...request, acks: 0 }, [records]).catch(() => undefined)
      await sleep(5000)
      expect(await isServed(await test.connect())).toBe(false)
      await sleep(8000)
      expect(await isServed(await test.connect())).toBe(true)
    })
  })

  it('without requests is closed after ten minutes, one with them is not', async () => {
    await simulate({}, async ({ test, sleep }) => {
      const [idle, busy] = [await test.connect(), await test.connect()]
      const watches = [watchClosed(idle), watchClosed(busy)]
      for (let minute = 0; minute < 11; minute++) {
        await sleep(60_000)
        await busy.send('metadata', { topics: [], allowAutoCreate: false })
      }
      expect(watches.map(({ isClosed }) => isClosed)).toEqual([true, false])
    })
  })

  it('whose fetch waits is not idle, and its fetch is forgotten when it goes', async () => {
    await simulate({ 'connections.max.idle.ms': '1000' }, async ({ test, sleep }) => {
      const client = await test.connect()
      const topicId = await createTopic(client, 'orders')
      const waiting = client.send('fetch', fetchRequest({ topicId, offset: 0, maxWaitMs: 100_000 })).catch(() => undefined)
      const watch = watchClosed(client)
      await sleep(5000)
      expect(watch.isClosed).toBe(false)
      await client.close()
      await waiting
      expect(watch.isClosed).toBe(true)
    })
  })

  it('that does not read is closed after a minute; others are served meanwhile, and what waits for it is bounded', async () => {
    await simulate({ 'connection.max.unsent.bytes': '100000' }, async ({ test, sleep }) => {
      const [stalled, other] = [await test.connect(), await test.connect()]
      const topicId = await createTopic(other, 'orders')
      for (let batch = 0; batch < 40; batch++) await produce(other, { topicId, records: batchOfValues('x'.repeat(50_000)) })
      const watch = watchClosed(stalled)
      stalled.pause()
      const fetches = Array.from({ length: 200 }, () => stalled.send('fetch', fetchRequest({ topicId, offset: 0 })).catch(() => undefined))
      await sleep(30_000)
      expect(await produce(other, { topicId, records: batchOfValues('y') })).toMatchObject({ errorCode: 0 })
      expect(watch.isClosed).toBe(false)
      await sleep(40_000)
      stalled.resume()
      await sleep(1000)
      expect(watch.isClosed).toBe(true)
      await Promise.all(fetches)
    })
  })
})

describe('connections', () => {
  it('above the limit are closed at once, those below it are served', async () => {
    await using test = await TestBroker.start({ settings: { 'max.connections': '3' } })
    const clients = await Promise.all([test.connect(), test.connect(), test.connect()])
    expect(await Promise.all(clients.map(isServed))).toEqual([true, true, true])
    const refused = await test.connect()
    expect(await isServed(refused)).toBe(false)
    await refused.closed
    expect(await Promise.all(clients.map(isServed))).toEqual([true, true, true])
    await clients[0]?.close()
    // The broker hears of the close a moment later.
    await expect.poll(async () => isServed(await test.connect())).toBe(true)
  })

  it('above the limit of their address are closed at once', async () => {
    await using test = await TestBroker.start({ settings: { 'max.connections.per.ip': '1' } })
    const client = await test.connect()
    expect(await isServed(client)).toBe(true)
    const refused = await test.connect()
    expect(await isServed(refused)).toBe(false)
    await refused.closed
    expect(await isServed(client)).toBe(true)
  })

  it('by the thousand that say nothing leave room for one that does', async () => {
    await using test = await TestBroker.start()
    const silent = await Promise.all(Array.from({ length: 1000 }, () => test.connectSilently()))
    const client = await test.connect()
    const topicId = await createTopic(client, 'orders')
    expect(await produce(client, { topicId, records: batchOfValues('x') })).toMatchObject({ errorCode: 0 })
    await Promise.all(silent.map((connection) => connection.close()))
  })
})

describe('requests in flight', () => {
  it('above the limit of a connection wait in its socket, and are all answered', async () => {
    await using test = await TestBroker.start({ settings: { 'connection.max.in.flight.requests': '2' } })
    const client = await test.connect()
    const topicId = await createTopic(client, 'orders')
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => produce(client, { topicId, records: batchOfValues(String(index)) })),
    )
    expect(answers.map(({ baseOffset }) => baseOffset)).toEqual(Array.from({ length: 100 }, (_, index) => index))
  })

  it('above the limit of the broker wait too, however many connections share it', async () => {
    await using test = await TestBroker.start({ settings: { 'queued.max.request.bytes': '100000' } })
    const clients = await Promise.all(Array.from({ length: 20 }, () => test.connect()))
    const topicId = await createTopic(clients[0] as never, 'orders')
    const records = batchOfValues('x'.repeat(60_000))
    const answers = await Promise.all(
      clients.flatMap((client) => [1, 2, 3].map(() => produce(client, { topicId, records: records.slice() }))),
    )
    expect(answers.every(({ errorCode }) => errorCode === 0)).toBe(true)
    expect(new Set(answers.map(({ baseOffset }) => baseOffset)).size).toBe(60)
  })
})
