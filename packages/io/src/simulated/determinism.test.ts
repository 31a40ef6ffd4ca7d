import { describe, expect, it } from 'vitest'
import type { Connection } from '../network.ts'
import { type SimulatedDoors, simulatedDoors } from './doors.ts'
import { SimulatedNetwork } from './network/simulated-network.ts'
import { Scheduler } from './scheduler.ts'
import { SeededRandom } from './seeded-random.ts'

const SEEDS = 50
const CLIENTS = 3
const MESSAGES = 20

interface World {
  readonly scheduler: Scheduler
  readonly network: SimulatedNetwork
  acknowledged: number
}

/** A server that writes what it gets, syncs it and echoes it. */
async function serve(doors: SimulatedDoors): Promise<void> {
  const file = doors.disk.openSync('/log', 'create')
  await doors.network.listen({ host: '0.0.0.0', port: 9092 }, (connection) => {
    const store = async (chunk: Uint8Array): Promise<void> => {
      try {
        await file.write([chunk], file.sizeSync())
        await file.sync()
        const packed = await doors.compression.gzip(chunk, 1)
        doors.clock.defer(() => connection.write([answer(packed)]))
      } catch (error) {
        connection.destroy(error instanceof Error ? error : undefined)
      }
    }
    connection.handle({ onData: (chunk) => void store(chunk), onDrain: () => undefined, onClose: () => undefined })
  })
}

/** The length alone goes back: what gzip packs may differ between versions of zlib. */
function answer(packed: Uint8Array): Uint8Array {
  return Uint8Array.of(packed.length & 0xff)
}

/** A client that sends, waits for an answer, and connects anew when the connection breaks. */
async function talk(doors: SimulatedDoors, world: World): Promise<void> {
  for (let message = 0; message < MESSAGES; message++) {
    try {
      const connection = await doors.network.connect({ host: 'server', port: 9092 }, { timeoutMs: 50 })
      if (await ask(connection, doors.random.bytes(1 + (doors.random.uint32() % 20_000)))) world.acknowledged++
    } catch {
      await doors.clock.sleep(doors.random.float() * 20)
    }
  }
}

function ask(connection: Connection, question: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    connection.handle({
      onData: () => {
        connection.end()
        resolve(true)
      },
      onDrain: () => undefined,
      onClose: () => resolve(false),
    })
    connection.write([question])
  })
}

async function simulate(seed: number): Promise<{ hash: number; events: number; acknowledged: number }> {
  const scheduler = new Scheduler({ seed })
  const network = new SimulatedNetwork({ scheduler })
  const world: World = { scheduler, network, acknowledged: 0 }
  const server = simulatedDoors({ scheduler, network, host: 'server' })
  server.simulatedDisk.faults.setRandomPlan({ probabilities: { sync: 0.05, write: 0.02 }, shortWriteProbability: 0.2 })
  network.setCutProbability(0.01)
  await serve(server)
  const clients = Array.from({ length: CLIENTS }, (_, index) =>
    talk(simulatedDoors({ scheduler, network, host: `client-${index}` }), world),
  )
  scheduler.schedule(15, 'partition', () => network.partition('client-0', 'server'))
  scheduler.schedule(60, 'heal', () => network.heal())
  await scheduler.settle(Promise.all(clients))
  server.crash()
  const tail = server.simulatedDisk.statSync('/log')
  scheduler.trace('log', tail?.size ?? -1)
  return { hash: scheduler.hash, events: scheduler.eventCount, acknowledged: world.acknowledged }
}

describe('a simulation', () => {
  it(`replays ${SEEDS} seeds exactly, and differs between them`, async () => {
    const hashes = new Set<number>()
    for (let seed = 0; seed < SEEDS; seed++) {
      const first = await simulate(seed)
      expect(await simulate(seed)).toEqual(first)
      expect(first.acknowledged).toBeGreaterThan((CLIENTS * MESSAGES) / 2)
      hashes.add(first.hash)
    }
    expect(hashes.size).toBe(SEEDS)
  })
})

describe('seeded randomness', () => {
  it('repeats, spreads evenly, and forks without regard to what was drawn', () => {
    const one = new SeededRandom(42)
    const other = new SeededRandom(42)
    const buckets = new Array<number>(16).fill(0)
    for (let draw = 0; draw < 16_000; draw++) {
      const value = one.uint32()
      expect(other.uint32()).toBe(value)
      buckets[value >>> 28] = (buckets[value >>> 28] ?? 0) + 1
    }
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150)
    expect(one.fork('disk').uint32()).toBe(new SeededRandom(42).fork('disk').uint32())
    expect(one.fork('disk').uint32()).not.toBe(one.fork('network').uint32())
    expect(new SeededRandom(1).uint32()).not.toBe(new SeededRandom(2).uint32())
    expect(new SeededRandom(2 ** 32 + 1).uint32()).not.toBe(new SeededRandom(1).uint32())
  })
})
