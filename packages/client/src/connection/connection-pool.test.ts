import type { Connection } from '@kafka-ts/io'
import { apis, encodeResponse, FrameDecoder, KafkaError, openRequest, PREAMBLE } from '@kafka-ts/protocol'
import { describe, expect, test } from 'vitest'
import { parseAddress, resolveClientConfig } from '../client-config.ts'
import type { ScriptedBroker } from '../testing-support/scripted-broker.ts'
import { runSimulated, type World } from '../testing-support/simulated-world.ts'
import { ConnectionPool } from './connection-pool.ts'

interface PoolWorld extends World {
  /** A pool with these bootstrap addresses; the broker's own when left out. */
  pool(brokers?: readonly string[]): ConnectionPool
}

function simulated(name: string, body: (world: PoolWorld) => Promise<void>): void {
  test(name, () =>
    runSimulated(1, async (world) => {
      const pools: ConnectionPool[] = []
      const pool = (brokers: readonly string[] = [world.broker.address]): ConnectionPool => {
        const made = new ConnectionPool(
          resolveClientConfig({ brokers, doors: world.doors, requestTimeoutMs: 1_000, connectTimeoutMs: 500 }),
        )
        pools.push(made)
        return made
      }
      await body({ ...world, pool })
      for (const made of pools) made.close()
    }),
  )
}

function addressOf({ brokerId, port }: ScriptedBroker) {
  return { nodeId: brokerId, host: '127.0.0.1', port }
}

const { key, minVersion, maxVersion } = apis.metadata
const metadataRange = { key, minVersion, maxVersion }
const metadataOfAll = { request: { topics: null, allowAutoCreate: false } }

describe('connecting', () => {
  simulated('names everything that was tried when no broker answers', async ({ pool }) => {
    const error = await pool(['127.0.0.1:1', '127.0.0.1:2'])
      .connectAny()
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'DISCONNECTED', retriable: true })
    expect((error as KafkaError).message).toMatch(/127\.0\.0\.1:1.*127\.0\.0\.1:2|127\.0\.0\.1:2.*127\.0\.0\.1:1/)
  })

  simulated('passes over bootstrap addresses where nobody listens', async ({ broker, pool }) => {
    const connection = await pool(['127.0.0.1:1', '127.0.0.1:2', broker.address]).connectAny()
    expect(connection.hello.brokerId).toBe(1)
  })

  simulated('makes one connection however many ask, and one more for fetches', async ({ broker, pool }) => {
    const connections = pool()
    await connections.connectAny()
    connections.setBrokers([addressOf(broker)])
    const main = await Promise.all([1, 2, 3].map(() => connections.connect(1, 'main')))
    const [fetch, again] = await Promise.all([1, 2].map(() => connections.connect(1, 'fetch')))
    expect(new Set(main).size).toBe(1)
    expect(fetch).toBe(again)
    expect(broker.connectionCount).toBe(2)
  })

  simulated('does not take one broker for another that has its address now', async ({ broker, pool }) => {
    const connections = pool()
    connections.setBrokers([{ ...addressOf(broker), nodeId: 7 }])
    await expect(connections.connect(7, 'main')).rejects.toThrow('broker 1 answered, not 7')
  })

  simulated('gives up a broker that accepts and stays silent', async ({ broker, pool, clock }) => {
    broker.scripts.hello = () => 'silence'
    const startMs = clock.monotonic()
    await expect(pool().connectAny()).rejects.toMatchObject({ code: 'DISCONNECTED' })
    expect(clock.monotonic() - startMs).toBeLessThan(600)
  })

  simulated('pauses longer after each failure, then connects again at once', async ({ broker, pool, clock }) => {
    const connections = pool()
    await connections.connectAny()
    connections.setBrokers([addressOf(broker)])
    await broker.kill()
    await clock.sleep(10)
    const startMs = clock.monotonic()
    for (let attempt = 0; attempt < 6; attempt++) await connections.connect(1, 'main').catch(() => undefined)
    // 50 + 100 + 200 + 400 + 800 ms, each with up to 20 % of jitter.
    expect(clock.monotonic() - startMs).toBeGreaterThan(1_200)
    await broker.listen()
    await connections.connect(1, 'main')
  })
})

describe('requests', () => {
  simulated('one without an answer ends its connection, and all that wait on it', async ({ broker, pool }) => {
    const connection = await pool().connectAny()
    broker.scripts.metadata = () => 'silence'
    const late = connection.request(apis.metadata, { ...metadataOfAll, timeoutMs: 5_000 })
    const outcomes = await Promise.allSettled([connection.request(apis.metadata, metadataOfAll), late])
    expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : ''))).toEqual([
      'REQUEST_TIMED_OUT',
      'DISCONNECTED',
    ])
    expect(connection.isOpen).toBe(false)
    await expect(connection.request(apis.metadata, metadataOfAll)).rejects.toMatchObject({ code: 'DISCONNECTED' })
  })

  simulated('more than the broker takes at a time wait their turn', async ({ broker, pool, clock }) => {
    broker.scripts.hello = () => {
      const ranges = Object.values(apis).map(({ key, minVersion, maxVersion }) => ({ key, minVersion, maxVersion }))
      return { response: { brokerId: 1, clusterId: 'c', apis: ranges, maxFrameBytes: 1_000_000, maxBatchBytes: 1_000, maxInFlight: 2 } }
    }
    const connection = await pool().connectAny()
    let open = 0
    let most = 0
    broker.scripts.metadata = async () => {
      most = Math.max(most, ++open)
      await clock.sleep(5)
      open--
      return { response: { brokers: [], clusterId: 'c', controllerId: 1, topics: [] } }
    }
    const answers = await Promise.all(Array.from({ length: 9 }, () => connection.request(apis.metadata, metadataOfAll)))
    expect(answers).toHaveLength(9)
    expect(most).toBe(2)
  })

  simulated('an error of the whole request rejects with its code', async ({ broker, pool }) => {
    const connection = await pool().connectAny()
    broker.scripts.metadata = () => {
      throw new KafkaError('CLUSTER_AUTHORIZATION_FAILED', 'not you')
    }
    await expect(connection.request(apis.metadata, metadataOfAll)).rejects.toMatchObject({
      code: 'CLUSTER_AUTHORIZATION_FAILED',
      message: 'not you',
    })
    expect(connection.isOpen).toBe(true)
  })
})

test('addresses of brokers are host, host:port or [ipv6]:port', () => {
  expect(parseAddress('kafka')).toEqual({ host: 'kafka', port: 9092 })
  expect(parseAddress(' kafka:1 ')).toEqual({ host: 'kafka', port: 1 })
  expect(parseAddress('[::1]:19092')).toEqual({ host: '::1', port: 19_092 })
  for (const wrong of ['', ':9092', 'kafka:0', 'kafka:99999', 'kafka:x', 'http://kafka:9092', '::1']) {
    expect(() => parseAddress(wrong)).toThrow('is not the address of a broker')
  }
})

describe('a connection', () => {
  simulated('whose answer cannot be decoded is closed, and that request rejects too', async ({ doors, pool }) => {
    const listener = await doors.network.listen({ host: '127.0.0.1', port: 0 }, answerAllAsHello)
    const connection = await pool([`127.0.0.1:${listener.address.port}`]).connectAny()
    await expect(connection.request(apis.metadata, metadataOfAll)).rejects.toMatchObject({ code: 'PROTOCOL_ERROR' })
    expect(connection.isOpen).toBe(false)
    await listener.close()
  })

  simulated('waits for no drain that the network did not announce', async ({ broker, clock, doors }) => {
    const connect: typeof doors.network.connect = async (address, options) => withUnsentBytes(await doors.network.connect(address, options))
    const network = { listen: doors.network.listen.bind(doors.network), connect }
    const pool = new ConnectionPool(resolveClientConfig({ brokers: [broker.address], doors: { ...doors, clock, network } }))
    const connection = await pool.connectAny()
    broker.scripts.metadata = () => 'silence'
    connection.post(apis.metadata, metadataOfAll)
    await connection.whenDrained()
    pool.close()
  })
})

/** Gives a peer the fields of a hello, whatever it asks for. */
function answerAllAsHello(connection: Connection): void {
  const response = { brokerId: 1, clusterId: '', apis: [metadataRange], maxFrameBytes: 2 ** 20, maxBatchBytes: 2 ** 20, maxInFlight: 1 }
  const decoder = new FrameDecoder()
  let preambleLeft = PREAMBLE.length
  connection.handle({
    onData: (chunk) => {
      const skipped = Math.min(preambleLeft, chunk.length)
      preambleLeft -= skipped
      decoder.push(chunk.subarray(skipped), (frame) => {
        const { correlationId } = openRequest(frame)
        connection.write(encodeResponse(apis.hello, { version: 0, correlationId, response }))
      })
    },
    onDrain: () => undefined,
    onClose: () => undefined,
  })
}

/** As a socket that has taken a part of what was written: below its mark it takes more, and says nothing when the rest is gone. */
function withUnsentBytes(connection: Connection): Connection {
  return {
    remote: connection.remote,
    local: connection.local,
    bufferedBytes: 100,
    handle: (handler) => connection.handle(handler),
    write: (buffers) => connection.write(buffers),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    end: () => connection.end(),
    destroy: (error) => connection.destroy(error),
  }
}
