import type { Figure } from './figures.ts'
import type { Durability } from './peer.ts'

/** One figure of one peer, a sample a run; those of the same run stand at the same place in every cell. NaN: that run failed. */
export interface Cell {
  /** A server's own name where the figure is of the server. */
  readonly peer: string
  readonly figure: Figure
  /** What differs from the plan; empty where nothing does. */
  readonly setting: string
  /** Undefined where it makes no difference. */
  readonly durability: Durability | undefined
  readonly samples: number[]
}

export type CellKey = Omit<Cell, 'samples'>

/** Collects samples into cells, in the order in which the first of each came. */
export class Cells {
  readonly #cells = new Map<string, Cell>()

  add(key: CellKey, sample: number): void {
    const name = `${key.figure} ${key.setting} ${key.durability} ${key.peer}`
    const cell = this.#cells.get(name) ?? { ...key, samples: [] }
    cell.samples.push(sample)
    this.#cells.set(name, cell)
  }

  all(): readonly Cell[] {
    return [...this.#cells.values()]
  }
}
