import { type SimulatedDoors, simulatedDoors } from '@kafka-ts/io/simulated'
import { type Logger, silentLogger } from '../logger.ts'
import { TestBroker } from './test-broker.ts'

/** What a simulated test works with. `doors` are those of the broker's machine; `client` those of another one. */
export interface Simulation {
  readonly test: TestBroker
  readonly doors: SimulatedDoors
  readonly client: SimulatedDoors
  /** What the broker logged as a warning or an error. */
  readonly logged: readonly string[]
  /** Lets virtual time pass. */
  sleep(ms: number): Promise<void>
}

const SEED = 7

/** Runs a test against a broker in virtual time, on a disk and a network in memory. Afterwards nothing may be left that would still happen. */
export async function simulate(settings: Readonly<Record<string, string>>, run: (simulation: Simulation) => Promise<void>): Promise<void> {
  const doors = simulatedDoors({ seed: SEED, host: 'broker' })
  const client = simulatedDoors({ host: 'client', scheduler: doors.scheduler, network: doors.simulatedNetwork })
  const logged: string[] = []
  const note = (_fields: object, message: string): void => void logged.push(message)
  const logger: Logger = { ...silentLogger, warn: note, error: note }
  const whole = async (): Promise<void> => {
    const test = await TestBroker.start({
      settings: { listeners: 'broker:9092', ...settings },
      doors,
      directory: '/data',
      clientDoors: client,
      logger,
    })
    await run({ test, doors, client, logged, sleep: (ms) => doors.clock.sleep(ms) })
    await test.stop()
  }
  await doors.scheduler.settle(whole())
  const pending = doors.scheduler.describePending()
  if (pending !== 'nothing is pending') throw new Error(`the broker left something behind: ${pending}`)
}
