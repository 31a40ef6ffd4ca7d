import { crc32 } from 'node:zlib'
import { DiskError } from '../../disk.ts'
import type { LatencyRange, Scheduler } from '../scheduler.ts'
import type { SeededRandom } from '../seeded-random.ts'
import { DirectoryTree, type FileNode } from './directory-tree.ts'
import { DiskFaults, type DiskOperation } from './faults.ts'

const DEFAULT_LATENCY: LatencyRange = { minMs: 0, maxMs: 1 }

/** Operations that change what a crash could lose; these are numbered. */
const CHANGES: ReadonlySet<DiskOperation> = new Set<DiskOperation>([
  'create',
  'write',
  'truncate',
  'sync',
  'rename',
  'remove',
  'makeDirectory',
  'syncDirectory',
])

/** The use of a disk by one life of one process. */
export interface DiskSession {
  isAlive: boolean
}

/** A change about to happen or just done: the place to crash at. `n` counts the changes of the disk from 1. */
export interface DiskObservation {
  readonly operation: DiskOperation
  readonly path: string
  readonly n: number
  readonly when: 'before' | 'after'
}

export interface DiskEngineOptions {
  readonly random: SeededRandom
  readonly scheduler?: Scheduler
  readonly latency?: LatencyRange
  readonly name?: string
}

interface Operation {
  readonly session: DiskSession
  readonly operation: DiskOperation
  readonly path: string
}

/**
 * What the views and files of a simulated disk share. Every operation passes through `runSync` or `runAsync`, which ask the
 * observer and the faults, and refuse a session that has died meanwhile.
 */
export class DiskEngine {
  readonly tree = new DirectoryTree()
  readonly faults: DiskFaults
  readonly random: SeededRandom
  readonly locks = new Map<string, DiskSession>()
  observer: ((observation: DiskObservation) => void) | undefined
  capacityBytes = Number.POSITIVE_INFINITY
  changeCount = 0
  readonly #scheduler: Scheduler | undefined
  readonly #latency: LatencyRange
  readonly #name: string

  constructor(options: DiskEngineOptions) {
    this.random = options.random
    this.faults = new DiskFaults(options.random.fork('faults'))
    this.#scheduler = options.scheduler
    this.#latency = options.latency ?? DEFAULT_LATENCY
    this.#name = options.name ?? 'disk'
  }

  get nowMs(): number {
    return (this.#scheduler?.epochMs ?? 0) + (this.#scheduler?.nowMs ?? 0)
  }

  get freeBytes(): number {
    return this.capacityBytes - this.tree.usedBytes()
  }

  runSync<Result>(operation: Operation, action: (faultCode: string | undefined) => Result): Result {
    const n = this.#begin(operation)
    const result = action(this.faults.next(operation.operation, operation.path))
    this.#finish(operation, n)
    return result
  }

  /**
   * `complete` does the work, at once or when the operation ends. When the session dies between, the promise never settles,
   * as nothing of a dead process runs on.
   */
  runAsync<Result>(operation: Operation, complete: (faultCode: string | undefined) => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      const n = this.#begin(operation)
      const faultCode = this.faults.next(operation.operation, operation.path)
      // A thread may do its work at once and report late, or start late: the caller can tell neither from the other.
      const early = this.#scheduler === undefined || this.random.chance(0.5) ? outcomeOf(() => complete(faultCode)) : undefined
      this.#later(`${this.#name} ${operation.operation}`, () => {
        if (!operation.session.isAlive) return
        try {
          const outcome = early ?? outcomeOf(() => complete(faultCode))
          if ('error' in outcome) throw outcome.error
          this.#finish(operation, n)
          resolve(outcome.result)
        } catch (error) {
          if (operation.session.isAlive) reject(error)
        }
      })
    })
  }

  /** Writes what `faultCode` and the free space allow, and throws when that is not all. */
  write(
    path: string,
    file: FileNode,
    change: { readonly bytes: Uint8Array; readonly position: number; readonly faultCode: string | undefined },
  ): void {
    const { bytes, position, faultCode } = change
    const wanted = faultCode === undefined ? bytes.length : this.random.below(bytes.length + 1)
    const growth = Math.max(position + wanted - file.content.size, 0)
    const missing = Number.isFinite(this.capacityBytes) ? Math.max(growth - Math.max(this.freeBytes, 0), 0) : 0
    const written = Math.max(wanted - missing, 0)
    const split = this.faults.nextShortWrite() ? this.random.below(written + 1) : 0
    if (split > 0) file.content.write(position, bytes.subarray(0, split))
    if (written > split) file.content.write(position + split, bytes.subarray(split, written))
    file.mtimeMs = this.nowMs
    this.trace('bytes', `${position} ${written} ${crc32(bytes)}`)
    const code = faultCode ?? (missing > 0 ? 'ENOSPC' : undefined)
    if (code !== undefined) throw new DiskError(code, { path, operation: 'write' })
  }

  trace(kind: string, detail: string): void {
    this.#scheduler?.trace(`${this.#name} ${kind}`, detail)
  }

  #begin(operation: Operation): number {
    this.#ensureAlive(operation)
    const n = CHANGES.has(operation.operation) ? ++this.changeCount : 0
    this.#observe(operation, n, 'before')
    return n
  }

  #finish(operation: Operation, n: number): void {
    this.trace(operation.operation, operation.path)
    this.#observe(operation, n, 'after')
  }

  #observe(operation: Operation, n: number, when: 'before' | 'after'): void {
    if (n === 0 || this.observer === undefined) return
    this.observer({ operation: operation.operation, path: operation.path, n, when })
    this.#ensureAlive(operation)
  }

  #ensureAlive({ session, operation, path }: Operation): void {
    if (!session.isAlive) throw new DiskError('EBADF', { path, operation })
  }

  #later(label: string, run: () => void): void {
    if (this.#scheduler === undefined) queueMicrotask(run)
    else this.#scheduler.schedule(this.#scheduler.latency(this.#latency), label, run)
  }
}

type Outcome<Result> = { readonly result: Result } | { readonly error: unknown }

function outcomeOf<Result>(action: () => Result): Outcome<Result> {
  try {
    return { result: action() }
  } catch (error) {
    return { error }
  }
}

/** Throws the fault, if there is one. */
export function ensureNoFault(faultCode: string | undefined, path: string, operation: string): void {
  if (faultCode !== undefined) throw new DiskError(faultCode, { path, operation })
}
