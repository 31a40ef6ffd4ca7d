import type { Clock } from '@kafka-ts/io'
import { describe, expect, test } from 'vitest'
import { runSimulated, type World } from '../../testing-support/simulated-world.ts'
import { orders, values, write } from '../consumer.test-support.ts'
import { ApplicationWatch } from './application-watch.ts'

const billing = { group: 'billing', topics: [orders], from: 'earliest' } as const

function simulated(name: string, body: (world: World) => Promise<void>): void {
  test(name, () => runSimulated(1, body))
}

describe('an application that takes its time', () => {
  simulated('keeps its membership for 60 s with a session timeout of 10 s', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    broker.coordinator.sessionTimeoutMs = 10_000
    const client = kafka()
    await write(client, { to: 3 })
    const consumer = client.consumer(billing)
    const lost: string[] = []
    consumer.on('lost', ({ reason }) => lost.push(reason.message))
    const found: string[] = []
    for await (const { value } of consumer) {
      await clock.sleep(60_000)
      expect(broker.coordinator.group('billing').members.size).toBe(1)
      if (found.push(value) === 3) consumer.stop()
    }
    expect([found, lost]).toEqual([values(0, 3), []])
    await consumer.close()
    expect(broker.coordinator.committed('billing', 'orders', 0)).toBe(3)
  })

  for (const way of ['for await', 'batches', 'run'] as const) {
    simulated(`leaves loudly after maxPollIntervalMs and is back when the application is (${way})`, async (world) => {
      const { broker, kafka, clock, until } = world
      broker.createTopic('orders')
      const client = kafka()
      await write(client, { to: 2, batchRecords: 1 })
      const gate = Promise.withResolvers<void>()
      const events: string[] = []
      const consumer = client.consumer({
        ...billing,
        maxPollIntervalMs: 30_000,
        onAssigned: () => events.push('assigned'),
        onLost: (_, { code, message }) => events.push(`lost ${code} ${message.includes('maxPollIntervalMs')}`),
      })
      consumer.on('stall', ({ kind }) => events.push(`stall ${kind}`))
      const found: string[] = []
      const handle = async (value: string): Promise<void> => {
        if (found.push(value) === 1) await gate.promise
      }
      const working = (async () => {
        if (way === 'run') await consumer.run(({ value }) => handle(value), { concurrency: 1 })
        if (way === 'for await') for await (const { value } of consumer) await handle(value)
        if (way === 'batches') for await (const batch of consumer.batches()) for (const { value } of batch) await handle(value)
      })()
      await until(() => found.length === 1)
      const beganMs = clock.monotonic()
      await until(() => events.includes('lost TIMED_OUT true'))
      expect(clock.monotonic() - beganMs).toBeGreaterThanOrEqual(28_000)
      expect(clock.monotonic() - beganMs).toBeLessThan(32_000)
      await clock.sleep(100)
      expect(broker.coordinator.group('billing').members.size).toBe(0)
      await clock.sleep(100_000)
      expect(events).toEqual(['assigned', 'stall application', 'lost TIMED_OUT true'])
      const backMs = clock.monotonic()
      gate.resolve()
      await until(() => events.length === 4)
      expect(clock.monotonic() - backMs).toBeLessThan(100)
      // It was not known to be done when the membership was lost, so it is given again.
      await until(() => found.filter((value) => value === 'value 0').length === 2 && found.includes('value 1'))
      await consumer.close()
      await working
    })
  }

  simulated('that left its loop and does not come back loses its membership too', async ({ broker, kafka, until }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 2 })
    const consumer = client.consumer({ ...billing, maxPollIntervalMs: 10_000 })
    let isLost = false
    consumer.on('lost', () => {
      isLost = true
    })
    for await (const _ of consumer) break
    await until(() => isLost)
    for await (const { value } of consumer) {
      expect(value).toBe('value 0')
      break
    }
  })

  simulated('while it only waits for records it lives', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const consumer = kafka().consumer({ ...billing, maxPollIntervalMs: 10_000 })
    const events: string[] = []
    consumer.on('stall', ({ kind }) => events.push(kind))
    consumer.on('lost', () => events.push('lost'))
    const next = consumer[Symbol.asyncIterator]().next()
    await clock.sleep(100_000)
    expect(events).toEqual([])
    await consumer.close()
    await next
  })
})

test('a blocked event loop is told as a stall, once it moves again', async () => {
  await runSimulated(1, async ({ clock }) => {
    let blockedMs = 0
    // What a blocked loop looks like from inside: the clock has gone on, and timers come late.
    const blockable: Clock = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic() + blockedMs,
      setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
      defer: (callback) => clock.defer(callback),
      sleep: (delayMs, signal) => clock.sleep(delayMs, signal),
    }
    const stalls: string[] = []
    const watch = new ApplicationWatch({
      clock: blockable,
      maxPollIntervalMs: 300_000,
      sessionTimeoutMs: () => 10_000,
      sign: () => undefined,
      onOverdue: () => stalls.push('overdue'),
      onStall: (kind, durationMs) => stalls.push(`${kind} ${Math.round(durationMs / 1_000)}`),
    })
    watch.start()
    await clock.sleep(60_000)
    expect(stalls).toEqual([])
    blockedMs += 6_000
    await clock.sleep(5_000)
    expect(stalls).toEqual(['event-loop 6'])
    watch.stop()
  })
})

describe('closing', () => {
  simulated('waits for the record in hand, commits it and leaves', async ({ broker, kafka, clock, until }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 10 })
    const consumer = client.consumer(billing)
    const found: string[] = []
    const working = (async () => {
      for await (const { value } of consumer) {
        found.push(value)
        await clock.sleep(2_000)
      }
    })()
    await until(() => found.length === 2)
    await consumer.close()
    await working
    expect(found).toEqual(values(0, 2))
    expect(broker.coordinator.committed('billing', 'orders', 0)).toBe(2)
    expect(broker.coordinator.group('billing').members.size).toBe(0)
  })

  simulated('waits no longer than closeTimeoutMs; what is not done is not committed', async ({ broker, kafka, clock, until }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 10 })
    const consumer = client.consumer({ ...billing, closeTimeoutMs: 3_000 })
    const gate = Promise.withResolvers<void>()
    let isBegun = false
    let isAborted = false
    const running = consumer.run(async ({ offset }, { signal }) => {
      if (offset < 2) return
      isBegun = true
      signal.addEventListener('abort', () => {
        isAborted = true
      })
      await gate.promise
    })
    await until(() => isBegun)
    const beganMs = clock.monotonic()
    await consumer.close()
    expect(clock.monotonic() - beganMs).toBeLessThan(3_500)
    expect(isAborted).toBe(true)
    expect(broker.coordinator.committed('billing', 'orders', 0)).toBe(2)
    gate.resolve()
    await running
  })

  simulated('a coordinator that does not answer does not hold it up for long', async ({ broker, kafka, clock, until }) => {
    broker.createTopic('orders')
    const client = kafka()
    const consumer = client.consumer({ ...billing, closeTimeoutMs: 3_000 })
    const next = consumer[Symbol.asyncIterator]().next()
    await until(() => consumer.assignments().length === 1)
    await broker.kill()
    const beganMs = clock.monotonic()
    await consumer.close()
    expect(clock.monotonic() - beganMs).toBeLessThan(7_000)
    expect((await next).done).toBe(true)
    await broker.listen()
  })

  simulated('closing the client closes its members first', async ({ broker, kafka, until }) => {
    broker.createTopic('orders')
    const client = kafka()
    const consumer = client.consumer(billing)
    const next = consumer[Symbol.asyncIterator]().next()
    await until(() => consumer.assignments().length === 1)
    await client.close()
    expect((await next).done).toBe(true)
    expect(broker.coordinator.group('billing').members.size).toBe(0)
  })

  simulated('aborting throws the reason out of the loop and leaves the group at once', async ({ broker, kafka, until, clock }) => {
    broker.createTopic('orders')
    const controller = new AbortController()
    const consumer = kafka().consumer({ ...billing, signal: controller.signal })
    const next = consumer[Symbol.asyncIterator]().next()
    await until(() => consumer.assignments().length === 1)
    controller.abort(new Error('enough'))
    await expect(next).rejects.toMatchObject({ code: 'ABORTED', cause: { message: 'enough' } })
    await clock.sleep(100)
    expect(broker.coordinator.group('billing').members.size).toBe(0)
  })

  simulated('one that never joined has nobody to tell', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    await kafka().consumer(billing).close()
    expect(broker.requests).toEqual([])
  })
})
