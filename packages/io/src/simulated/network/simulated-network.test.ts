import { beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../../network.ts'
import { type SimulatedDoors, simulatedDoors } from '../doors.ts'
import { Scheduler } from '../scheduler.ts'
import { SimulatedNetwork } from './simulated-network.ts'

const BROKER = { host: 'broker', port: 9092 }

interface Recorder {
  readonly connection: Connection
  readonly chunks: Uint8Array[]
  readonly closes: (Error | undefined)[]
}

let scheduler: Scheduler
let network: SimulatedNetwork
let broker: SimulatedDoors
let client: SimulatedDoors
let accepted: Recorder[]

beforeEach(async () => {
  scheduler = new Scheduler({ seed: 11 })
  network = new SimulatedNetwork({ scheduler })
  broker = simulatedDoors({ scheduler, network, host: 'broker' })
  client = simulatedDoors({ scheduler, network, host: 'client' })
  accepted = []
  await broker.network.listen({ host: '0.0.0.0', port: BROKER.port }, (connection) => accepted.push(record(connection)))
})

function record(connection: Connection): Recorder {
  const recorder: Recorder = { connection, chunks: [], closes: [] }
  connection.handle({
    onData: (chunk) => recorder.chunks.push(chunk),
    onDrain: () => undefined,
    onClose: (error) => recorder.closes.push(error),
  })
  return recorder
}

async function connect(): Promise<{ near: Recorder; far: Recorder }> {
  const near = record(await scheduler.settle(client.network.connect(BROKER, { timeoutMs: 1000 })))
  const far = accepted.at(-1)
  if (far === undefined) throw new TypeError('nothing was accepted')
  return { near, far }
}

function text(recorder: Recorder): string {
  return Buffer.concat(recorder.chunks).toString()
}

describe('a simulated network', () => {
  it('cuts and joins what is sent at random bytes', async () => {
    const { near, far } = await connect()
    for (let count = 0; count < 50; count++) near.connection.write([Buffer.alloc(1000, count)])
    await scheduler.runFor(100)
    const sizes = far.chunks.map((chunk) => chunk.length)
    expect(Buffer.concat(far.chunks).length).toBe(50_000)
    expect(sizes.filter((size) => size < 1000).length).toBeGreaterThan(5)
    expect(sizes.filter((size) => size > 1000).length).toBeGreaterThan(5)
  })

  it('tells both ends of a cut connection, and only that one', async () => {
    const { near, far } = await connect()
    network.cut('client', 'elsewhere')
    await scheduler.runFor(100)
    expect(near.closes).toEqual([])
    network.cut('client', 'broker')
    await scheduler.runFor(100)
    expect(near.closes).toMatchObject([{ code: 'ECONNRESET' }])
    expect(far.closes).toMatchObject([{ code: 'ECONNRESET' }])
    expect(network.cutCount).toBe(1)
    expect(network.openConnections).toBe(0)
  })

  it('leaves one end half-open until it sends', async () => {
    const { near, far } = await connect()
    network.cutOneEnd('client', 'broker')
    await scheduler.runFor(100)
    expect(near.closes).toMatchObject([{ code: 'ECONNRESET' }])
    expect(far.closes).toEqual([])
    far.connection.write([Buffer.from('anyone there?')])
    await scheduler.runFor(100)
    expect(far.closes).toMatchObject([{ code: 'ECONNRESET' }])
  })

  it('holds bytes back in one blocked direction, and delivers them in order afterwards', async () => {
    const { near, far } = await connect()
    network.block('client', 'broker')
    near.connection.write([Buffer.from('1')])
    far.connection.write([Buffer.from('back')])
    await scheduler.runFor(10_000)
    expect(text(near)).toBe('back')
    expect(text(far)).toBe('')
    near.connection.write([Buffer.from('2')])
    network.unblock('client', 'broker')
    await scheduler.runFor(100)
    expect(text(far)).toBe('12')
  })

  it('lets a connect over a partition time out, or succeed when it heals in time', async () => {
    network.partition('client', 'broker')
    await expect(scheduler.settle(client.network.connect(BROKER, { timeoutMs: 3000 }))).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    const connecting = client.network.connect(BROKER, { timeoutMs: 3000 })
    await scheduler.runFor(500)
    network.heal()
    expect((await scheduler.settle(connecting)).remote).toEqual(BROKER)
  })

  it('resets the peer of a connect that was given up before its answer came back', async () => {
    network.block('broker', 'client')
    await expect(scheduler.settle(client.network.connect(BROKER, { timeoutMs: 3000 }))).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    expect(accepted).toHaveLength(1)
    network.heal()
    await scheduler.runFor(5000)
    expect(accepted[0]?.closes).toMatchObject([{ code: 'ECONNRESET' }])
    expect(network.openConnections).toBe(0)
  })

  it('knows names, loopback and free ports', async () => {
    await expect(scheduler.settle(client.network.connect({ host: 'nowhere', port: 1 }, { timeoutMs: 1000 }))).rejects.toMatchObject({
      code: 'ENOTFOUND',
    })
    const local = await broker.network.listen({ host: '127.0.0.1', port: 0 }, () => undefined)
    const { port } = local.address
    await expect(scheduler.settle(client.network.connect({ host: 'broker', port }, { timeoutMs: 1000 }))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    })
    expect((await scheduler.settle(broker.network.connect({ host: 'localhost', port }, { timeoutMs: 1000 }))).remote.port).toBe(port)
  })

  it('breaks connections by chance', async () => {
    network.setCutProbability(1)
    const { near, far } = await connect()
    near.connection.write([Buffer.from('x')])
    await scheduler.runFor(100)
    expect(near.closes).toMatchObject([{ code: 'ECONNRESET' }])
    expect(far.closes).toMatchObject([{ code: 'ECONNRESET' }])
  })

  it('hands over the bytes as they are when sent, not as they are when queued', async () => {
    const { near, far } = await connect()
    const scratch = Buffer.from('before')
    near.connection.write([scratch])
    scratch.write('after!')
    await scheduler.runFor(100)
    expect(text(far)).toBe('before')
  })
})

describe('a process that dies', () => {
  it('has its connections reset and its port refused, and hears nothing more', async () => {
    const { near, far } = await connect()
    let fired = false
    broker.clock.setTimer(50, () => {
      fired = true
    })
    broker.kill()
    near.connection.write([Buffer.from('hello')])
    await scheduler.runFor(1000)
    expect(near.closes).toMatchObject([{ code: 'ECONNRESET' }])
    expect(far.closes).toEqual([])
    expect(far.chunks).toEqual([])
    expect(fired).toBe(false)
    await expect(scheduler.settle(client.network.connect(BROKER, { timeoutMs: 1000 }))).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('with its machine leaves peers in the dark until the machine is back and they send', async () => {
    const { near } = await connect()
    broker.crash()
    near.connection.write([Buffer.from('hello')])
    await scheduler.runFor(60_000)
    expect(near.closes).toEqual([])
    await expect(scheduler.settle(client.network.connect(BROKER, { timeoutMs: 1000 }))).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    const { simulatedDisk } = broker
    const restarted = simulatedDoors({ scheduler, network, host: 'broker', simulatedDisk })
    await restarted.network.listen({ host: '0.0.0.0', port: BROKER.port }, (connection) => accepted.push(record(connection)))
    near.connection.write([Buffer.from('hello again')])
    await scheduler.runFor(1000)
    expect(near.closes).toMatchObject([{ code: 'ECONNRESET' }])
    await connect()
  })

  it('loses its view of the disk, while the next life finds what was written', () => {
    const file = broker.disk.openSync('/state', 'create')
    file.writeSync([Buffer.from('x')], 0)
    broker.kill()
    expect(() => file.sizeSync()).toThrow('EBADF')
    expect(() => broker.disk.openSync('/state', 'read')).toThrow('EBADF')
    const restarted = simulatedDoors({ scheduler, network, host: 'broker', simulatedDisk: broker.simulatedDisk })
    expect(restarted.disk.statSync('/state')?.size).toBe(1)
  })
})
