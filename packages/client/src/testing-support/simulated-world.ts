import assert from 'node:assert/strict'
import type { Clock } from '@kafka-ts/io'
import { Scheduler, type SimulatedDoors, SimulatedNetwork, simulatedDoors } from '@kafka-ts/io/simulated'
import { Kafka } from '../kafka.ts'
import type { KafkaOptions } from '../kafka-options.ts'
import { ScriptedBroker } from './scripted-broker.ts'

/** A scripted broker and its clients in virtual time. */
export interface World {
  readonly broker: ScriptedBroker
  readonly clock: Clock
  readonly doors: SimulatedDoors
  readonly network: SimulatedNetwork
  /** A client of the broker; closed with the world. */
  kafka(options?: Partial<KafkaOptions>): Kafka
  /** One more broker of the cluster. */
  startBroker(brokerId: number): Promise<ScriptedBroker>
  /** Resolves once the condition holds. */
  until(condition: () => boolean): Promise<void>
}

const STEP_MS = 1

/** Runs `body` in a world of its own, to its end; afterwards no connection and no timer of a client may be left. */
export async function runSimulated(seed: number, body: (world: World) => Promise<void>): Promise<void> {
  const scheduler = new Scheduler({ seed })
  const network = new SimulatedNetwork({ scheduler })
  const doors = simulatedDoors({ scheduler, network })
  const clients: Kafka[] = []
  const brokers: ScriptedBroker[] = []
  const startBroker = async (brokerId: number): Promise<ScriptedBroker> => {
    const machine = simulatedDoors({ scheduler, network })
    const broker = await ScriptedBroker.start({ network: machine.network, clock: machine.clock, brokerId })
    brokers.push(broker)
    return broker
  }
  const kafka = (broker: ScriptedBroker, options: Partial<KafkaOptions> = {}): Kafka => {
    const client = new Kafka({ brokers: [broker.address], doors, ...options })
    clients.push(client)
    return client
  }
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await doors.clock.sleep(STEP_MS)
  }
  const run = async (): Promise<void> => {
    const broker = await startBroker(1)
    await body({ broker, clock: doors.clock, doors, network, kafka: (options) => kafka(broker, options), startBroker, until })
    await Promise.all(clients.map((client) => client.close()))
    for (const running of brokers) await running.kill()
  }
  await scheduler.settle(run())
  await scheduler.runFor(0)
  assert.doesNotMatch(scheduler.describePending(), /timer/)
  await scheduler.runFor(1_000)
  assert.equal(network.openConnections, 0)
}
