import { median } from '../stats.ts'
import type { Cell } from './cell.ts'
import { isRate } from './figures.ts'
import { goals } from './goals.ts'
import type { Peer } from './peer.ts'
import { ours, oursOneByOne, peers } from './peers.ts'

/** A figure of a peer beside ours. */
export interface Row {
  readonly cell: Cell
  /** The one of ours that it is compared with: the one that is handed records as the peer is. Undefined for ours. */
  readonly beside: string | undefined
  /** How many times as good ours is (more records a second, less time or memory), of each run. */
  readonly ratios: readonly number[]
  /** The same with the other one of ours, where there are two. */
  readonly otherRatios: readonly number[]
  readonly goal: number | undefined
}

/** Sets every cell beside ours of the same figure, setting and durability, run by run. */
export function compare(cells: readonly Cell[]): readonly Row[] {
  return cells.map((cell) => {
    const peer = peers.find(({ name }) => name === cell.peer)
    const same = [ours, oursOneByOne].filter(({ name }) => cells.some((other) => isSameOf(name, other, cell)))
    if (same.some(({ name }) => name === cell.peer)) return { cell, beside: undefined, ratios: [], otherRatios: [], goal: undefined }
    const beside = same.find(({ sends }) => sends === peer?.sends) ?? same[0]
    const other = same.find((one) => one !== beside)
    const goal = cell.setting === '' ? goals[cell.peer]?.[cell.figure] : undefined
    return { cell, beside: beside?.name, ratios: ratiosOf(cells, beside, cell), otherRatios: ratiosOf(cells, other, cell), goal }
  })
}

function isSameOf(name: string, other: Cell, cell: Cell): boolean {
  return other.peer === name && other.figure === cell.figure && other.setting === cell.setting && other.durability === cell.durability
}

function ratiosOf(cells: readonly Cell[], beside: Peer | undefined, cell: Cell): readonly number[] {
  const same = beside === undefined ? undefined : cells.find((other) => isSameOf(beside.name, other, cell))
  return cell.samples.map((sample, run) => ratio(cell, same?.samples[run] ?? Number.NaN, sample)).filter(Number.isFinite)
}

function ratio(cell: Cell, ofOurs: number, ofPeer: number): number {
  return isRate(cell.figure) ? ofOurs / ofPeer : ofPeer / ofOurs
}

/** The median of the runs that did not fail. */
export function middle(samples: readonly number[]): number {
  return median(samples.filter(Number.isFinite))
}
