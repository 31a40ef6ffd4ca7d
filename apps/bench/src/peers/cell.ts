import type { Durability } from './peer.ts'

/** One figure of one peer, a sample a run; those of the same run stand at the same place in every cell. NaN: that run failed. */
export interface Cell {
  readonly peer: string
  readonly figure: 'produce' | 'consume' | 'p50' | 'p99' | 'start' | 'idle RSS'
  readonly unit: 'records/s' | 'ms' | 'MB'
  /** Undefined where it makes no difference. */
  readonly durability: Durability | undefined
  readonly samples: number[]
}

export type CellKey = Omit<Cell, 'samples'>

/** Collects samples into cells, in the order in which the first of each came. */
export class Cells {
  readonly #cells = new Map<string, Cell>()

  add(key: CellKey, sample: number): void {
    const name = `${key.figure} ${key.durability} ${key.peer}`
    const cell = this.#cells.get(name) ?? { ...key, samples: [] }
    cell.samples.push(sample)
    this.#cells.set(name, cell)
  }

  all(): readonly Cell[] {
    return [...this.#cells.values()]
  }
}
