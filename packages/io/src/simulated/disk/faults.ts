import type { SeededRandom } from '../seeded-random.ts'

/** What a disk does, as faults and observers name it. `open` that makes a file is `create`. */
export type DiskOperation =
  | 'open'
  | 'create'
  | 'read'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'rename'
  | 'remove'
  | 'makeDirectory'
  | 'syncDirectory'
  | 'stat'
  | 'list'
  | 'lock'

/** A planned failure. */
export interface FaultRule {
  readonly operation: DiskOperation
  /** Which paths; all when missing. A string must match whole. */
  readonly path?: string | RegExp
  /** Fails from the `nth` matching operation on, counted from 1 (default) since the rule was added. */
  readonly nth?: number
  /** How many then fail; 1 by default, `Infinity` for a disk that stays broken. */
  readonly times?: number
  /** `EIO` by default. */
  readonly code?: string
}

/** Failures by chance: the probability of each operation to fail with `EIO`, and of a write to be split in two. */
export interface RandomFaultPlan {
  readonly probabilities: Readonly<Partial<Record<DiskOperation, number>>>
  readonly shortWriteProbability?: number
}

interface ActiveRule {
  readonly rule: FaultRule
  matches: number
}

/** Decides which operations of a simulated disk fail, and counts what it did. */
export class DiskFaults {
  readonly #random: SeededRandom
  readonly #injected = new Map<DiskOperation, number>()
  #rules: ActiveRule[] = []
  #plan: RandomFaultPlan | undefined

  constructor(random: SeededRandom) {
    this.#random = random
  }

  /** Failures so far by operation: a run that enabled a fault must have met it. */
  get injected(): ReadonlyMap<DiskOperation, number> {
    return this.#injected
  }

  add(rule: FaultRule): void {
    this.#rules.push({ rule, matches: 0 })
  }

  /** Replaces the plan of random faults; undefined ends it. */
  setRandomPlan(plan: RandomFaultPlan | undefined): void {
    this.#plan = plan
  }

  clear(): void {
    this.#rules = []
    this.#plan = undefined
  }

  /** The code with which this operation fails, if it does. */
  next(operation: DiskOperation, path: string): string | undefined {
    const code = this.#nextByRule(operation, path) ?? this.#nextByChance(operation)
    if (code !== undefined) this.#injected.set(operation, (this.#injected.get(operation) ?? 0) + 1)
    return code
  }

  /** Whether a write arrives as two, between which a crash may fall. */
  nextShortWrite(): boolean {
    const probability = this.#plan?.shortWriteProbability ?? 0
    return probability > 0 && this.#random.chance(probability)
  }

  #nextByRule(operation: DiskOperation, path: string): string | undefined {
    let code: string | undefined
    for (const active of this.#rules) {
      const { rule } = active
      if (rule.operation !== operation || !matchesPath(rule.path, path)) continue
      active.matches++
      const first = rule.nth ?? 1
      if (active.matches >= first && active.matches < first + (rule.times ?? 1)) code ??= rule.code ?? 'EIO'
    }
    return code
  }

  #nextByChance(operation: DiskOperation): string | undefined {
    const probability = this.#plan?.probabilities[operation] ?? 0
    return probability > 0 && this.#random.chance(probability) ? 'EIO' : undefined
  }
}

function matchesPath(pattern: string | RegExp | undefined, path: string): boolean {
  if (pattern === undefined) return true
  return typeof pattern === 'string' ? pattern === path : pattern.test(path)
}
