import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connection, Listener, Network } from './network.ts'
import { NetworkError } from './network.ts'
import { NodeNetwork } from './node/network.ts'
import { simulatedDoors } from './simulated/doors.ts'

/** Iterations of the event loop after which a condition that does not hold is taken to hold never; about 10 s. */
const MAX_TURNS = 1_000_000

interface World {
  readonly network: Network
  until(condition: () => boolean): Promise<void>
}

function realWorld(): World {
  return {
    network: new NodeNetwork(),
    async until(condition) {
      for (let turn = 0; turn < MAX_TURNS && !condition(); turn++) await setImmediate()
      expect(condition()).toBe(true)
    },
  }
}

function simulatedWorld(): World {
  const doors = simulatedDoors({ seed: 7 })
  return { network: doors.network, until: (condition) => doors.scheduler.run(condition) }
}

/** One end and all that was reported to it. */
class End {
  readonly connection: Connection
  readonly chunks: Uint8Array[] = []
  drains = 0
  closes: (Error | undefined)[] = []
  receivedBytes = 0

  constructor(connection: Connection, onChunk?: (chunk: Uint8Array) => void) {
    this.connection = connection
    connection.handle({
      onData: (chunk) => {
        expect(this.closes).toEqual([])
        this.chunks.push(chunk)
        this.receivedBytes += chunk.length
        onChunk?.(chunk)
      },
      onDrain: () => {
        this.drains++
      },
      onClose: (error) => {
        this.closes.push(error)
      },
    })
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString()
  }
}

describe.each([
  ['real', realWorld],
  ['simulated', simulatedWorld],
])('a %s network', (_kind, create) => {
  let world: World
  const listeners: Listener[] = []

  beforeEach(() => {
    world = create()
  })

  afterEach(async () => {
    for (const listener of listeners.splice(0)) await listener.close()
  })

  async function settled<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false
    const mark = (): void => {
      isSettled = true
    }
    promise.then(mark, mark)
    await world.until(() => isSettled)
    return promise
  }

  async function listen(onConnection: (connection: Connection) => void): Promise<Listener> {
    const listener = await settled(world.network.listen({ host: '127.0.0.1', port: 0 }, onConnection))
    listeners.push(listener)
    return listener
  }

  async function pair(): Promise<{ client: End; server: End }> {
    let server: End | undefined
    const { address } = await listen((connection) => {
      server = new End(connection)
    })
    const client = new End(await settled(world.network.connect(address, { timeoutMs: 5000 })))
    await world.until(() => server !== undefined)
    if (server === undefined) throw new TypeError('unreachable')
    return { client, server }
  }

  it('carries gathered bytes both ways, in order', async () => {
    const { client, server } = await pair()
    client.connection.write([Buffer.from('one '), Buffer.alloc(0), Buffer.from('two ')])
    client.connection.write([Buffer.from('three')])
    server.connection.write([Buffer.from('four')])
    await world.until(() => server.receivedBytes === 13 && client.receivedBytes === 4)
    expect(server.text).toBe('one two three')
    expect(client.text).toBe('four')
    expect(client.connection.remote).toMatchObject({ port: server.connection.local.port })
    client.connection.destroy()
    await world.until(() => server.closes.length === 1 && client.closes.length === 1)
  })

  it('loses no byte that came before there was a handler', async () => {
    let late: Connection | undefined
    const { address } = await listen((connection) => {
      connection.resume()
      late = connection
    })
    const client = new End(await settled(world.network.connect(address, { timeoutMs: 5000 })))
    client.connection.write([Buffer.from('hello')])
    client.connection.end()
    await world.until(() => late !== undefined && client.connection.bufferedBytes === 0)
    if (late === undefined) return
    const server = new End(late)
    await world.until(() => server.closes.length === 1)
    expect(server.text).toBe('hello')
  })

  it('ends in order: what was queued arrives, and both sides close without an error', async () => {
    const { client, server } = await pair()
    const bytes = Buffer.alloc(3_000_000, 'abc')
    client.connection.write([bytes])
    client.connection.end()
    expect(client.connection.write([Buffer.from('late')])).toBe(false)
    await world.until(() => client.closes.length === 1 && server.closes.length === 1)
    expect(server.receivedBytes).toBe(bytes.length)
    expect([...client.closes, ...server.closes]).toEqual([undefined, undefined])
  })

  it('holds the sender back while the receiver pauses, and tells when it may go on', async () => {
    const { client, server } = await pair()
    server.connection.pause()
    const chunk = Buffer.alloc(1 << 20, 7)
    let sentBytes = 0
    for (let count = 0; count < 32; count++) {
      sentBytes += chunk.length
      if (!client.connection.write([chunk])) break
    }
    while (client.connection.bufferedBytes === 0) {
      client.connection.write([chunk])
      sentBytes += chunk.length
    }
    expect(client.connection.bufferedBytes).toBeGreaterThan(0)
    expect(client.drains).toBe(0)
    expect(server.receivedBytes).toBe(0)
    server.connection.resume()
    await world.until(() => server.receivedBytes === sentBytes && client.drains > 0)
    expect(client.connection.bufferedBytes).toBe(0)
    client.connection.destroy()
    await world.until(() => server.closes.length === 1)
  })

  it("delivers chunks that are the receiver's to keep", async () => {
    const { client, server } = await pair()
    const sent = createHash('md5')
    for (let round = 0; round < 64; round++) {
      const chunk = Buffer.alloc(50_000, round)
      sent.update(chunk)
      client.connection.write([chunk])
    }
    await world.until(() => server.receivedBytes === 64 * 50_000)
    expect(createHash('md5').update(Buffer.concat(server.chunks)).digest('hex')).toBe(sent.digest('hex'))
    client.connection.destroy()
    await world.until(() => server.closes.length === 1)
  })

  it('hands the error of a destroy back, once, and only to its own side', async () => {
    const { client, server } = await pair()
    const reason = new Error('enough')
    client.connection.destroy(reason)
    client.connection.destroy(new Error('again'))
    await world.until(() => client.closes.length > 0 && server.closes.length > 0)
    expect(client.closes).toEqual([reason])
    expect(server.closes).toEqual([undefined])
  })

  it('refuses a port without a listener, and a port that is taken', async () => {
    const { address } = await listen((connection) => connection.destroy())
    await expect(settled(world.network.listen(address, () => undefined))).rejects.toMatchObject({
      name: 'NetworkError',
      code: 'EADDRINUSE',
    })
    await listeners.pop()?.close()
    await expect(settled(world.network.connect(address, { timeoutMs: 5000 }))).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('lets connections live on when their listener closes', async () => {
    const { client, server } = await pair()
    await listeners.pop()?.close()
    client.connection.write([Buffer.from('still here')])
    await world.until(() => server.receivedBytes === 10)
    expect(server.text).toBe('still here')
    client.connection.end()
    await world.until(() => server.closes.length === 1)
    expect(server.closes).toEqual([undefined])
  })

  it('gives up a connect when its signal aborts', async () => {
    const { address } = await listen((connection) => connection.destroy())
    const reason = new Error('changed my mind')
    await expect(world.network.connect(address, { timeoutMs: 5000, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    const connecting = world.network.connect(address, { timeoutMs: 5000, signal: controller.signal })
    controller.abort(reason)
    await expect(settled(connecting)).rejects.toBe(reason)
  })

  it('reports errors as its own kind', async () => {
    const failure = await settled(world.network.connect({ host: '127.0.0.1', port: 1 }, { timeoutMs: 5000 })).catch((error) => error)
    expect(failure).toBeInstanceOf(NetworkError)
    expect(failure.message).toContain('127.0.0.1:1')
  })
})
