import { Broker, type BrokerConfig, type Logger } from '@kafka-ts/broker'
import type { Disk } from '@kafka-ts/io'
import {
  type DiskObservation,
  type Scheduler,
  SimulatedDisk,
  SimulatedDoors,
  type SimulatedNetwork,
  type Survival,
} from '@kafka-ts/io/simulated'
import type { History } from './history.ts'
import type { ProduceBreaker } from './produce-breaker.ts'
import { StallGate } from './stall-gate.ts'
import { stallable } from './stallable-doors.ts'
import { WatchedDisk } from './watched-disk.ts'

export const BROKER_HOST = 'broker'
export const BROKER_PORT = 9092
/** Between two attempts to start, as a supervisor waits. */
const RESTART_PAUSE_MS = 200
/** A broker that refuses so often, with every fault over, never starts. */
const MAX_START_ATTEMPTS = 20

export interface BrokerMachineOptions {
  readonly scheduler: Scheduler
  readonly network: SimulatedNetwork
  readonly history: History
  readonly config: BrokerConfig
  readonly logger: Logger
  /** Changed while running to make the disk slow. */
  readonly diskLatency: { minMs: number; maxMs: number }
  /** Between the broker and its disk: what plants a mistake. */
  readonly wrapDisk: ((disk: Disk) => Disk) | undefined
  readonly produceBreaker: ProduceBreaker
  readonly sleep: (ms: number) => Promise<void>
}

/** One life of the broker's process. */
interface Life {
  readonly doors: SimulatedDoors
  readonly gate: StallGate
  broker: Broker | undefined
  readonly ended: PromiseWithResolvers<void>
}

/** The machine a broker runs on: its disk outlives the processes, which are started, killed, stalled and stopped here. */
export class BrokerMachine {
  readonly disk: SimulatedDisk
  readonly #options: BrokerMachineOptions
  #life: Life | undefined
  #observers = new Set<(observation: DiskObservation) => void>()
  #starting: Promise<void> | undefined

  constructor(options: BrokerMachineOptions) {
    const { scheduler, diskLatency: latency } = options
    this.#options = options
    this.disk = new SimulatedDisk({ scheduler, random: scheduler.random.fork('disk of the broker'), latency, name: 'disk' })
    this.disk.observe((observation) => {
      for (const observer of [...this.#observers]) observer(observation)
    })
  }

  get isRunning(): boolean {
    return this.#life?.broker !== undefined
  }

  /** Whether a process exists, serving or still starting. */
  get isAlive(): boolean {
    return this.#life !== undefined
  }

  get doors(): SimulatedDoors | undefined {
    return this.#life?.doors
  }

  /** Starts the broker, again and again until one start succeeds; no-op while one runs. Rejects when it refuses for too long. */
  ensureRunning(): Promise<void> {
    this.#starting ??= this.#startUntilItRuns().finally(() => {
      this.#starting = undefined
    })
    return this.#starting
  }

  /** `kill -9`. */
  kill(): void {
    this.#end('killed', (doors) => doors.kill())
  }

  /** The power fails. */
  crash(survival: Survival): void {
    this.#end(`power loss, ${survival}`, (doors) => doors.crash(survival))
  }

  /** A clean stop, as by SIGTERM. Resolves when the process is gone, whatever ended it. */
  async stop(): Promise<void> {
    const life = this.#life
    if (life?.broker === undefined) return
    const closed = life.broker.close().then(
      () => 'stopped',
      (error: unknown) => `stopped with ${String(error)}`,
    )
    const how = await Promise.race([closed, life.ended.promise])
    if (how !== undefined && this.#life === life) this.#end(how, (doors) => doors.kill())
  }

  /** Ends the life by `end` right before or after the `count`-th change of the disk from now. Returns how to disarm it, and whether it came. */
  endAtChange(count: number, when: 'before' | 'after', end: () => void): { readonly hasFired: () => boolean; readonly disarm: () => void } {
    const target = this.disk.changeCount + count
    let hasFired = false
    const observer = (observation: DiskObservation): void => {
      if (hasFired || observation.n < target || observation.when !== when || this.#life === undefined) return
      hasFired = true
      this.#observers.delete(observer)
      this.#options.history.add({ f: 'fault', kind: 'at-change', detail: `${when} ${observation.operation} ${observation.path}` })
      end()
    }
    this.#observers.add(observer)
    return { hasFired: () => hasFired, disarm: () => this.#observers.delete(observer) }
  }

  stall(): void {
    this.#life?.gate.stall()
  }

  resume(): void {
    this.#life?.gate.resume()
  }

  async #startUntilItRuns(): Promise<void> {
    let attempts = 0
    while (!this.isRunning) {
      if (attempts++ >= MAX_START_ATTEMPTS) throw new Error(`the broker did not start in ${MAX_START_ATTEMPTS} attempts`)
      await this.#startOnce()
      if (!this.isRunning) await this.#options.sleep(RESTART_PAUSE_MS)
    }
  }

  async #startOnce(): Promise<void> {
    const { history, config, logger, produceBreaker } = this.#options
    const life = this.#newLife()
    this.#life = life
    history.add({ f: 'life', phase: 'starting', detail: '' })
    const { clock, random, compression } = life.doors
    const network = produceBreaker.on(life.doors.network)
    const disk = this.#diskOf(life)
    const doors = stallable({ network, clock, random, compression, disk }, life.gate)
    const started = Broker.start({ doors, config, logger }).then(
      (broker) => ({ broker }),
      (error: unknown) => ({ error }),
    )
    const outcome = await Promise.race([started, life.ended.promise])
    if (outcome === undefined || this.#life !== life) return
    if ('broker' in outcome) {
      life.broker = outcome.broker
      history.add({ f: 'life', phase: 'ready', detail: '' })
    } else {
      history.add({ f: 'life', phase: 'refused', detail: String(outcome.error) })
      this.#end('refused to start', (dead) => dead.kill())
    }
  }

  #newLife(): Life {
    const { scheduler, network } = this.#options
    const doors = new SimulatedDoors({ scheduler, network, host: BROKER_HOST, simulatedDisk: this.disk })
    return { doors, gate: new StallGate(scheduler), broker: undefined, ended: Promise.withResolvers<void>() }
  }

  #diskOf(life: Life): Disk {
    const { wrapDisk, history } = this.#options
    const watched = new WatchedDisk(life.doors.disk, {
      gate: life.gate,
      onSyncFailed: (path) => {
        if (this.#endsAppends(path)) history.add({ f: 'sync-failed', directory: directoryOf(path) })
      },
      onSyncedAgain: (path) => history.add({ f: 'synced-again', path }),
    })
    return wrapDisk?.(watched) ?? watched
  }

  /** Whether no partition can be appended to after a sync of this file failed. The metadata have no part in appends; another directory goes on. */
  #endsAppends(path: string): boolean {
    return !path.includes('/metadata/') && this.#options.config.values['log.dirs'].length === 1
  }

  #end(detail: string, end: (doors: SimulatedDoors) => void): void {
    const life = this.#life
    if (life === undefined) return
    this.#life = undefined
    this.#options.history.add({ f: 'life', phase: 'ended', detail })
    life.gate.close()
    end(life.doors)
    life.ended.resolve()
  }
}

/** `/data/journal/1.wal` lies in the directory `/data`. */
function directoryOf(path: string): string {
  return path.split('/').slice(0, 2).join('/')
}
