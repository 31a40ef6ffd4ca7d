import { type Disk, DiskError, type DiskFile, type DiskLock, type DiskStat, type OpenMode } from '../../disk.ts'
import type { LatencyRange, Scheduler } from '../scheduler.ts'
import { SeededRandom } from '../seeded-random.ts'
import { DiskEngine, type DiskObservation, type DiskSession } from './disk-engine.ts'
import { DiskView } from './disk-view.ts'
import type { DiskFaults } from './faults.ts'
import type { Survival } from './file-content.ts'

export interface SimulatedDiskOptions {
  /** Decides what survives a crash and which faults strike. */
  readonly random?: SeededRandom
  /** Completes the calls off the loop; without one they complete as soon as promises run. */
  readonly scheduler?: Scheduler
  /** How long a call off the loop takes; 0 to 1 ms when missing. */
  readonly latency?: LatencyRange
  /** Names the disk in traces. */
  readonly name?: string
}

/**
 * A machine's disk in memory that forgets what was not synced, fails on command and fills up. It outlives the processes that
 * use it: each takes a view with `attach`, which dies with it. Used as a `Disk` itself, it stands for whichever process runs.
 */
export class SimulatedDisk implements Disk {
  readonly #engine: DiskEngine
  readonly #sessions = new Set<DiskSession>()
  #own: Disk

  constructor(options: SimulatedDiskOptions = {}) {
    this.#engine = new DiskEngine({ ...options, random: options.random ?? new SeededRandom(0) })
    this.#own = this.attach()
  }

  get faults(): DiskFaults {
    return this.#engine.faults
  }

  /** Changes (writes, syncs, renames, ...) so far, the `n` of observations. */
  get changeCount(): number {
    return this.#engine.changeCount
  }

  /** Hears of every change before and after it; may crash the disk or kill the process there. */
  observe(observer: ((observation: DiskObservation) => void) | undefined): void {
    this.#engine.observer = observer
  }

  /** The disk for one life of a process. */
  attach(): Disk {
    const session: DiskSession = { isAlive: true }
    this.#sessions.add(session)
    return new DiskView(this.#engine, session)
  }

  /** Power fails. Afterwards the disk holds what a reboot finds; every earlier view, handle and lock is dead. */
  crash(survival: Survival = 'mixed'): void {
    this.#engine.trace('crash', survival)
    this.#engine.tree.crash(this.#engine.random, survival)
    this.#endSessions()
  }

  /** The process dies (`kill -9`), the machine does not: all that was written stays, earlier views, handles and locks are dead. */
  killProcess(): void {
    this.#engine.trace('kill', '')
    this.#endSessions()
  }

  /** Makes room for so many bytes more; `Infinity` lifts the limit. */
  setFreeBytes(freeBytes: number): void {
    this.#engine.capacityBytes = freeBytes + this.#engine.tree.usedBytes()
  }

  /** The medium rots: inverts one bit of a file. */
  flipBit(path: string, position: number, bit = 0): void {
    const node = this.#engine.tree.find(path)
    if (node?.kind !== 'file') throw new DiskError('ENOENT', { path, operation: 'flip a bit' })
    this.#engine.trace('flip', `${path} ${position} ${bit}`)
    node.content.flipBit(position, bit)
  }

  openSync(path: string, mode: OpenMode): DiskFile {
    return this.#own.openSync(path, mode)
  }

  statSync(path: string): DiskStat | undefined {
    return this.#own.statSync(path)
  }

  listSync(path: string): string[] {
    return this.#own.listSync(path)
  }

  makeDirectorySync(path: string): void {
    this.#own.makeDirectorySync(path)
  }

  renameSync(from: string, to: string): void {
    this.#own.renameSync(from, to)
  }

  removeSync(path: string): void {
    this.#own.removeSync(path)
  }

  removeTree(path: string): Promise<void> {
    return this.#own.removeTree(path)
  }

  syncDirectory(path: string): Promise<void> {
    return this.#own.syncDirectory(path)
  }

  syncDirectorySync(path: string): void {
    this.#own.syncDirectorySync(path)
  }

  lockSync(path: string): DiskLock {
    return this.#own.lockSync(path)
  }

  freeBytes(path: string): Promise<number> {
    return this.#own.freeBytes(path)
  }

  #endSessions(): void {
    for (const session of this.#sessions) session.isAlive = false
    this.#sessions.clear()
    this.#engine.locks.clear()
    this.#own = this.attach()
  }
}
