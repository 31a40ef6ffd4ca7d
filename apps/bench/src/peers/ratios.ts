import { median } from '../stats.ts'
import type { Cell } from './cell.ts'
import { goals } from './goals.ts'
import { ours } from './peer.ts'

/** A figure of a peer beside ours. */
export interface Row {
  readonly cell: Cell
  /** Ours of the same runs. */
  readonly ours: Cell | undefined
  /** How many times as good ours is (more records a second, less time or memory), of each run. Empty for ours. */
  readonly ratios: readonly number[]
  readonly goal: number | undefined
}

/** Sets every cell beside ours of the same figure and durability, run by run. */
export function compare(cells: readonly Cell[]): readonly Row[] {
  return cells.map((cell) => {
    const same = cells.find((other) => other.peer === ours.name && other.figure === cell.figure && other.durability === cell.durability)
    const isOurs = cell.peer === ours.name
    const ratios =
      isOurs || same === undefined ? [] : cell.samples.map((sample, run) => ratio(cell, same.samples[run] ?? Number.NaN, sample))
    return { cell, ours: same, ratios: ratios.filter(Number.isFinite), goal: goals[cell.peer]?.[cell.figure] }
  })
}

function ratio(cell: Cell, ofOurs: number, ofPeer: number): number {
  return cell.unit === 'records/s' ? ofOurs / ofPeer : ofPeer / ofOurs
}

/** The median of the runs that did not fail. */
export function middle(samples: readonly number[]): number {
  return median(samples.filter(Number.isFinite))
}
