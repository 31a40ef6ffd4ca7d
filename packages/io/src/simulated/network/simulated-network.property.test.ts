import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Connection } from '../../network.ts'
import { simulatedDoors } from '../doors.ts'
import { Scheduler } from '../scheduler.ts'
import { SimulatedNetwork } from './simulated-network.ts'

const action = fc.record({
  kind: fc.constantFrom('write', 'write', 'write', 'pause', 'resume', 'wait', 'end', 'destroy', 'cut', 'block', 'heal'),
  isClient: fc.boolean(),
  amount: fc.oneof(fc.nat(100), fc.nat(200_000)),
})

/** What one end sent and got. */
class End {
  readonly connection: Connection
  readonly sent: Uint8Array[] = []
  readonly received: Uint8Array[] = []
  readonly closes: (Error | undefined)[] = []

  constructor(connection: Connection) {
    this.connection = connection
    connection.handle({
      onData: (chunk) => {
        expect(this.closes).toEqual([])
        this.received.push(chunk)
      },
      onDrain: () => expect(this.closes).toEqual([]),
      onClose: (error) => this.closes.push(error),
    })
  }
}

async function connect(seed: number): Promise<{ scheduler: Scheduler; network: SimulatedNetwork; client: End; server: End }> {
  const scheduler = new Scheduler({ seed })
  const network = new SimulatedNetwork({ scheduler })
  const ends: End[] = []
  const host = simulatedDoors({ scheduler, network, host: 'server' })
  await host.network.listen({ host: '0.0.0.0', port: 1 }, (connection) => ends.push(new End(connection)))
  const guest = simulatedDoors({ scheduler, network, host: 'client' })
  const client = new End(await scheduler.settle(guest.network.connect({ host: 'server', port: 1 }, { timeoutMs: 1000 })))
  const [server] = ends
  if (server === undefined) throw new TypeError('nothing was accepted')
  return { scheduler, network, client, server }
}

describe('a simulated connection', () => {
  it('delivers a first part of what was sent, all of it unless it broke, and closes each end once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 25 }), fc.nat(), async (actions, seed) => {
        const { scheduler, network, client, server } = await connect(seed)
        let mayLose = false
        for (const { kind, isClient, amount } of actions) {
          const end = isClient ? client : server
          const { connection } = end
          const hasClosed = end.closes.length > 0
          if (kind === 'write') {
            const bytes = new Uint8Array(amount).fill(amount)
            end.sent.push(bytes)
            connection.write([bytes])
          } else if (kind === 'pause' || kind === 'resume' || kind === 'end') connection[kind]()
          else if (kind === 'wait') await scheduler.runFor(amount % 50)
          else if (kind === 'heal') network.heal()
          else if (kind === 'block') network.block(isClient ? 'client' : 'server', isClient ? 'server' : 'client')
          else {
            mayLose ||= !hasClosed
            if (kind === 'cut') network.cut('client', 'server')
            else connection.destroy()
          }
          // An end cuts off what is written after it, on either side.
          if (kind === 'end') mayLose = true
        }
        network.heal()
        for (const end of [client, server]) {
          end.connection.resume()
          end.connection.end()
        }
        await scheduler.run(() => client.closes.length > 0 && server.closes.length > 0)
        await scheduler.runFor(10_000)
        expect(client.closes).toHaveLength(1)
        expect(server.closes).toHaveLength(1)
        expect(network.openConnections).toBe(0)
        for (const [from, to] of [
          [client, server],
          [server, client],
        ] as const) {
          const sent = Buffer.concat(from.sent)
          const received = Buffer.concat(to.received)
          expect(received.equals(sent.subarray(0, received.length))).toBe(true)
          if (!mayLose) expect(received.length).toBe(sent.length)
        }
      }),
      { numRuns: 200 },
    )
  })
})
