import { type Figure, serverFigures, units } from './figures.ts'
import { peers } from './peers.ts'
import { middle, type Row } from './ratios.ts'
import { serverTypes } from './servers/index.ts'

const header = [
  'FIGURE',
  'SETTING',
  'DURABILITY',
  'PEER',
  'MEDIAN',
  'MIN',
  'MAX',
  'UNIT',
  'OURS IS',
  'SPREAD',
  'GOAL',
  'REACHED',
  'BESIDE',
] as const
const numeric: readonly string[] = ['MEDIAN', 'MIN', 'MAX', 'OURS IS', 'SPREAD', 'GOAL']
/** Columns that are left out where no row has anything in them. */
const optional: readonly string[] = ['SETTING', 'GOAL', 'REACHED']
const nothing = '-'

/** A row a figure and peer, as Markdown, so that it can stand in a document as it is. */
export function renderRows(rows: readonly Row[]): string {
  const order = orderOf(rows)
  const lines = [...rows].sort((a, b) => order(a) - order(b)).map(cellsOf)
  const columns = header
    .map((_, at) => at)
    .filter((at) => !optional.includes(header[at] as string) || lines.some((line) => line[at] !== nothing))
  return renderMarkdown(
    columns.map((at) => header[at] as string),
    lines.map((line) => columns.map((at) => line[at] as string)),
    (name) => numeric.includes(name),
  )
}

/** A Markdown table with columns of one width each. */
export function renderMarkdown(
  names: readonly string[],
  lines: readonly (readonly string[])[],
  isNumeric: (name: string) => boolean,
): string {
  const widths = names.map((name, at) => Math.max(name.length, ...lines.map((line) => (line[at] as string).length)))
  const print = (line: readonly string[]) =>
    `| ${line.map((cell, at) => (isNumeric(names[at] as string) ? cell.padStart(widths[at] as number) : cell.padEnd(widths[at] as number))).join(' | ')} |`
  const rule = `|${names.map((name, at) => `${'-'.repeat((widths[at] as number) + 1)}${isNumeric(name) ? ':' : '-'}`).join('|')}|`
  return [print(names), rule, ...lines.map(print)].join('\n')
}

/** By figure, then by setting in the order in which they came, then by durability; the sort is stable. */
function orderOf(rows: readonly Row[]): (row: Row) => number {
  const figures = Object.keys(units) as Figure[]
  const settings = [...new Set(rows.map(({ cell }) => cell.setting))]
  return ({ cell }) =>
    (figures.indexOf(cell.figure) * settings.length + settings.indexOf(cell.setting)) * 2 + (cell.durability === 'page' ? 1 : 0)
}

function cellsOf({ cell, beside, ratios, otherRatios, goal }: Row): string[] {
  const { figure, setting, samples } = cell
  const finite = samples.filter(Number.isFinite)
  const isCompared = ratios.length > 0
  return [
    figure,
    setting || nothing,
    durabilityOf(cell),
    titleOf(cell),
    amount(middle(samples)),
    amount(Math.min(...finite)),
    amount(Math.max(...finite)),
    units[figure],
    isCompared ? times(middle(ratios)) : nothing,
    isCompared ? `${times(Math.min(...ratios))}-${times(Math.max(...ratios))}` : nothing,
    goal === undefined ? nothing : times(goal),
    goal === undefined || !isCompared ? nothing : middle(ratios) >= goal ? 'yes' : 'no',
    isCompared ? `${beside}${otherRatios.length === 0 ? '' : ` (the other: ${times(middle(otherRatios))})`}` : nothing,
  ]
}

/** What makes the peer acknowledge so, too, where it is about acknowledgements. */
export function durabilityOf({ figure, durability, peer }: Row['cell']): string {
  if (durability === undefined) return nothing
  if (figure === 'consume' || figure === 'fan-out') return durability
  const kind = serverTypes[(peers.find(({ name }) => name === peer)?.server ?? peer) as keyof typeof serverTypes]
  return `${durability} (${kind.settings[durability]})`
}

/** A figure of a server has the server's name. */
export function titleOf({ figure, peer }: Row['cell']): string {
  return serverFigures.includes(figure) ? peer : (peers.find(({ name }) => name === peer)?.title ?? peer)
}

/** A ratio with three digits. */
export function times(ratio: number): string {
  return `${ratio.toFixed(ratio >= 10 ? 1 : 2)}x`
}

/** A figure as people write it. */
export function amount(value: number): string {
  if (!Number.isFinite(value)) return 'failed'
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toFixed(value >= 100 ? 0 : 2)
}
