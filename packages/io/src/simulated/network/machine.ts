import type { Connection } from '../../network.ts'
import type { LatencyRange, Scheduler } from '../scheduler.ts'
import type { SimulatedConnection } from './simulated-connection.ts'

/** The first port given to who does not ask for one. */
const FIRST_EPHEMERAL_PORT = 32_768

/** A port that takes connections. */
export interface OpenPort {
  readonly isLoopbackOnly: boolean
  readonly owner: object
  readonly onConnection: (connection: Connection) => void
}

/** A machine of the simulated network: it outlives the processes on it. */
export class Machine {
  readonly name: string
  readonly ports = new Map<number, OpenPort>()
  /** Down: nothing it is sent is answered. */
  isUp = true
  #nextPort = FIRST_EPHEMERAL_PORT

  constructor(name: string) {
    this.name = name
  }

  freePort(): number {
    do {
      this.#nextPort++
    } while (this.ports.has(this.#nextPort))
    return this.#nextPort
  }
}

/** One end of a connection to be: the machine, and the process on it. */
export interface Place {
  readonly machine: Machine
  readonly owner: object
  readonly port: number
}

/** Both ends of one connection, with where they are. */
export interface Link {
  readonly client: SimulatedConnection
  readonly server: SimulatedConnection
  readonly from: Place
  readonly to: Place
}

/** What a process needs of the network between the machines. */
export interface Wiring {
  readonly scheduler: Scheduler
  readonly latency: LatencyRange
  /** Whether nothing gets through from one machine to another. */
  isBlocked(from: Machine, to: Machine): boolean
  /** The machine a name means, but for the names of one's own. */
  find(host: string): Machine | undefined
  /** Joins two places by a connection, whose ends are still without handlers. */
  link(from: Place, to: Place): Link
  /** The open ends that a process holds. */
  endsOf(owner: object): SimulatedConnection[]
}
