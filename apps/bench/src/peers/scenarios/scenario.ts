import type { Bench } from '../bench.ts'

/** What `--scenario` names: some figures of some peers. */
export interface Scenario {
  readonly name: string
  readonly summary: string
  /** Those that take part unless `--only` names others. */
  readonly peers: readonly string[]
  /** Why the others cannot, by their names: told below the table, and true for `--only`, too. */
  readonly without?: Readonly<Record<string, string>>
  run(bench: Bench): Promise<void>
}
