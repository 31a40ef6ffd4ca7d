import { peers } from './peer.ts'
import { middle, type Row } from './ratios.ts'
import { serverTypes } from './servers/index.ts'

const header = ['FIGURE', 'DURABILITY', 'PEER', 'MEDIAN', 'MIN', 'MAX', 'UNIT', 'OURS IS', 'SPREAD', 'GOAL', 'REACHED'] as const
const numeric: readonly string[] = ['MEDIAN', 'MIN', 'MAX', 'OURS IS', 'SPREAD', 'GOAL']
const figures: readonly string[] = ['produce', 'consume', 'p50', 'p99', 'start', 'idle RSS']

/** A row a figure and peer, as Markdown, so that it can stand in a document as it is. */
export function renderRows(rows: readonly Row[]): string {
  const sorted = [...rows].sort((a, b) => orderOf(a) - orderOf(b))
  const lines = [[...header], ...sorted.map(cellsOf)]
  const widths = header.map((_, column) => Math.max(...lines.map((line) => (line[column] as string).length)))
  const print = (line: readonly string[]) =>
    `| ${line.map((cell, at) => (numeric.includes(header[at] as string) ? cell.padStart(widths[at] as number) : cell.padEnd(widths[at] as number))).join(' | ')} |`
  const rule = `|${header.map((name, at) => `${'-'.repeat((widths[at] as number) + 1)}${numeric.includes(name) ? ':' : '-'}`).join('|')}|`
  return [print(header), rule, ...lines.slice(1).map(print)].join('\n')
}

function orderOf({ cell }: Row): number {
  return figures.indexOf(cell.figure) * 2 + (cell.durability === 'page' ? 1 : 0)
}

function cellsOf({ cell, ratios, goal }: Row): string[] {
  const peer = peers.find(({ name }) => name === cell.peer)
  const { figure, unit, durability, samples } = cell
  const server = peer === undefined ? undefined : serverTypes[peer.server]
  const finite = samples.filter(Number.isFinite)
  const isOfServer = figure === 'start' || figure === 'idle RSS'
  return [
    figure,
    durability === undefined ? '-' : figure === 'consume' ? durability : `${durability} (${server?.settings[durability]})`,
    isOfServer ? cell.peer : (peer?.title ?? cell.peer),
    format(middle(samples)),
    format(Math.min(...finite)),
    format(Math.max(...finite)),
    unit,
    ratios.length === 0 ? '-' : times(middle(ratios)),
    ratios.length === 0 ? '-' : `${times(Math.min(...ratios))}-${times(Math.max(...ratios))}`,
    goal === undefined ? '-' : times(goal),
    goal === undefined || ratios.length === 0 ? '-' : middle(ratios) >= goal ? 'yes' : 'no',
  ]
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio >= 10 ? 1 : 2)}x`
}

function format(value: number): string {
  if (!Number.isFinite(value)) return 'failed'
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toFixed(value >= 100 ? 0 : 2)
}
