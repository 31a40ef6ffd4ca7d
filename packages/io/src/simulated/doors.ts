import type { Disk } from '../disk.ts'
import type { Doors } from '../doors.ts'
import type { Network } from '../network.ts'
import type { Random } from '../random.ts'
import { simulatedCompression } from './compression.ts'
import type { Survival } from './disk/file-content.ts'
import { SimulatedDisk } from './disk/simulated-disk.ts'
import type { ProcessNetwork } from './network/process-network.ts'
import { SimulatedNetwork } from './network/simulated-network.ts'
import { Scheduler } from './scheduler.ts'
import { VirtualClock } from './virtual-clock.ts'

export interface SimulatedDoorsOptions {
  /** Of a new scheduler; not needed with `scheduler`. */
  readonly seed?: number
  /** The machine's name on the network. */
  readonly host?: string
  /** Shared by all that is simulated together. */
  readonly scheduler?: Scheduler
  /** Shared by all that talk to each other. */
  readonly network?: SimulatedNetwork
  /** The machine's, when it was there before: a restarted process finds what its last life left. */
  readonly simulatedDisk?: SimulatedDisk
}

/** The doors of one life of one simulated process, and how it ends. To start it again, make new doors on the same disk. */
export class SimulatedDoors implements Doors {
  readonly scheduler: Scheduler
  readonly host: string
  readonly clock: VirtualClock
  readonly random: Random
  readonly disk: Disk
  readonly network: Network
  readonly compression = simulatedCompression()
  /** The network as the world sees it: for blocks and cuts. */
  readonly simulatedNetwork: SimulatedNetwork
  /** The disk as the world sees it: for faults. */
  readonly simulatedDisk: SimulatedDisk
  readonly #processNetwork: ProcessNetwork
  #isAlive = true

  constructor(options: SimulatedDoorsOptions) {
    const host = options.host ?? 'localhost'
    const scheduler = options.scheduler ?? new Scheduler({ seed: options.seed ?? 0 })
    // Each life draws its own numbers, and so does each process of a machine.
    const life = `${host} ${scheduler.nextId()}`
    this.scheduler = scheduler
    this.host = host
    this.clock = new VirtualClock(scheduler, host)
    this.random = scheduler.random.fork(`random ${life}`)
    this.simulatedDisk =
      options.simulatedDisk ?? new SimulatedDisk({ scheduler, random: scheduler.random.fork(`disk ${life}`), name: `disk of ${host}` })
    this.disk = this.simulatedDisk.attach()
    this.simulatedNetwork = options.network ?? new SimulatedNetwork({ scheduler })
    this.#processNetwork = this.simulatedNetwork.attach(host)
    this.network = this.#processNetwork
  }

  /** Whether the process still runs. */
  get isAlive(): boolean {
    return this.#isAlive
  }

  /**
   * Ends this life by `end` right before or after the `n`-th change of the disk (write, sync, rename, ...), counted from 1
   * and from now: run once to count, then once for every `n`.
   */
  endAtChange(n: number, when: 'before' | 'after', end: () => void = () => this.crash()): void {
    const target = this.simulatedDisk.changeCount + n
    this.simulatedDisk.observe((observation) => {
      if (observation.n !== target || observation.when !== when) return
      this.simulatedDisk.observe(undefined)
      end()
    })
  }

  /** The process dies (`kill -9`); its machine lives, so that the page cache survives and peers see resets. */
  kill(): void {
    if (!this.#isAlive) return
    this.#isAlive = false
    this.clock.kill()
    this.#processNetwork.kill('reset')
    this.simulatedDisk.killProcess()
  }

  /** The machine loses power: what was not synced is kept, lost or torn, and peers hear nothing. */
  crash(survival: Survival = 'mixed'): void {
    if (!this.#isAlive) return
    this.#isAlive = false
    this.clock.kill()
    this.#processNetwork.kill('silence')
    this.simulatedDisk.crash(survival)
  }
}

/** Doors to a simulated world of their own, or to a shared one. */
export function simulatedDoors(options: SimulatedDoorsOptions): SimulatedDoors {
  return new SimulatedDoors(options)
}
