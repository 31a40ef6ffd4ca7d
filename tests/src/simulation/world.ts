import { type BrokerConfig, createBrokerConfig, type Logger } from '@kafka-ts/broker'
import { Kafka, KafkaError } from '@kafka-ts/client'
import type { Disk, Timer } from '@kafka-ts/io'
import { Scheduler, type SeededRandom, SimulatedDoors, SimulatedNetwork, VirtualClock } from '@kafka-ts/io/simulated'
import { BROKER_HOST, BROKER_PORT, BrokerMachine } from './broker-machine.ts'
import type { FaultKind } from './faults/fault-kinds.ts'
import { History, type HistoryEvent } from './history.ts'
import type { Plan } from './plan.ts'
import { ProduceBreaker } from './produce-breaker.ts'
import { StallGate } from './stall-gate.ts'
import { stallable } from './stallable-doors.ts'

export const NORMAL_DISK = { minMs: 0, maxMs: 1 }
export const NORMAL_NETWORK = { minMs: 0.125, maxMs: 2 }

/** What a broker and its clients are told that may differ from one use of the simulation to another. */
export interface WorldOptions {
  readonly logger: Logger
  readonly onEvent?: ((event: HistoryEvent) => void) | undefined
  readonly wrapDisk?: ((disk: Disk) => Disk) | undefined
}

/** One simulated world: a broker's machine, the machines of its clients, the network between them, and what happened so far. */
export class World {
  readonly plan: Plan
  readonly scheduler: Scheduler
  readonly network: SimulatedNetwork
  readonly history: History
  readonly broker: BrokerMachine
  /** Between the broker and its network. */
  readonly produceBreaker: ProduceBreaker
  /** Changed to make them slow. */
  readonly diskLatency = { ...NORMAL_DISK }
  readonly networkLatency = { ...NORMAL_NETWORK }
  readonly clients = new Map<string, SimulatedDoors>()
  readonly kafkas = new Set<Kafka>()
  /** The machines of members of groups that live. */
  readonly members = new Set<string>()
  /** By the machine of a client: what stalls it. */
  readonly clientGates = new Map<string, StallGate>()
  /** Faults that did strike, by kind. */
  readonly injected = new Map<FaultKind, number>()
  /** Partitions of each topic, as far as is certain. */
  readonly partitions = new Map<string, number>()
  /** Client operations, and those of them that were acknowledged. */
  operations = 0
  succeeded = 0
  readonly #clock: VirtualClock

  constructor(plan: Plan, options: WorldOptions) {
    this.plan = plan
    for (const { name, partitions } of plan.topics) this.partitions.set(name, partitions)
    this.scheduler = new Scheduler({ seed: plan.seed })
    this.#clock = new VirtualClock(this.scheduler, 'simulation')
    this.network = new SimulatedNetwork({ scheduler: this.scheduler, latency: this.networkLatency })
    this.history = new History(() => this.scheduler.nowMs, options.onEvent)
    this.produceBreaker = new ProduceBreaker({
      random: this.random('produce breaker'),
      setTimer: (ms, callback) => this.setTimer(ms, callback),
    })
    this.broker = new BrokerMachine({
      scheduler: this.scheduler,
      network: this.network,
      history: this.history,
      config: configOf(plan),
      logger: options.logger,
      diskLatency: this.diskLatency,
      wrapDisk: options.wrapDisk,
      produceBreaker: this.produceBreaker,
      sleep: (ms) => this.sleep(ms),
    })
  }

  get nowMs(): number {
    return this.scheduler.nowMs
  }

  setTimer(ms: number, callback: () => void): Timer {
    return this.#clock.setTimer(ms, callback)
  }

  sleep(ms: number): Promise<void> {
    return this.#clock.sleep(ms)
  }

  /** Waits for a condition, looking now and then. False when `timeoutMs` have passed without it. */
  async until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    const deadlineMs = this.nowMs + timeoutMs
    while (!condition()) {
      if (this.nowMs >= deadlineMs) return false
      await this.sleep(20)
    }
    return true
  }

  random(purpose: string): SeededRandom {
    return this.scheduler.random.fork(purpose)
  }

  /** The doors of a process on a machine of its own. */
  doorsOf(host: string): SimulatedDoors {
    const doors = new SimulatedDoors({ scheduler: this.scheduler, network: this.network, host })
    this.clients.set(host, doors)
    return doors
  }

  /** A client on a machine of its own. */
  client(host: string): Kafka {
    const gate = new StallGate(this.scheduler)
    this.clientGates.set(host, gate)
    const kafka = new Kafka({
      brokers: [`${BROKER_HOST}:${BROKER_PORT}`],
      clientId: host,
      doors: stallable(this.doorsOf(host), gate),
      // Partitions that are added are to be noticed within the run.
      metadataMaxAgeMs: 5000,
      requestTimeoutMs: 3000,
      connectTimeoutMs: 2000,
      retryTimeoutMs: 15_000,
      retryBackoffMs: 20,
      retryBackoffMaxMs: 500,
    })
    this.kafkas.add(kafka)
    return kafka
  }

  /** The process of a client is killed: it closes nothing, and hears nothing any more. */
  killClient(host: string, kafka: Kafka): void {
    this.kafkas.delete(kafka)
    this.members.delete(host)
    this.clientGates.delete(host)
    this.clients.get(host)?.kill()
  }

  /** Runs a client operation and keeps its outcome; undefined when it failed. */
  async operate<Result>(process: string, name: string, run: () => Promise<Result>): Promise<Result | undefined> {
    this.operations++
    this.history.add({ f: 'operation', phase: 'invoke', process, name })
    try {
      const result = await run()
      this.succeeded++
      this.history.add({ f: 'operation', phase: 'ok', process, name })
      return result
    } catch (error) {
      this.history.add({ f: 'operation', phase: 'info', process, name, code: this.codeOf(error) })
      return undefined
    }
  }

  violation(invariant: string, what: string): void {
    this.history.add({ f: 'violation', invariant, what })
  }

  /** The code of what a client rejected with. Anything but a `KafkaError` is a mistake. */
  codeOf(error: unknown): string {
    if (error instanceof KafkaError) return error.code
    this.violation('errors', `a client rejected with ${error instanceof Error ? error.stack : String(error)}`)
    return 'NOT_A_KAFKA_ERROR'
  }

  noteFault(kind: FaultKind, detail: string): void {
    this.injected.set(kind, (this.injected.get(kind) ?? 0) + 1)
    this.history.add({ f: 'fault', kind, detail })
  }
}

/** Journal files are far smaller here than the config allows, so that a short run goes round them several times. */
function configOf(plan: Plan): BrokerConfig {
  const config = createBrokerConfig(plan.brokerSettings)
  return { ...config, values: { ...config.values, 'journal.file.bytes': plan.journalFileBytes } }
}
