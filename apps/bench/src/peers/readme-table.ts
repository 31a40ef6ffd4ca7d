import type { Environment } from '../report.ts'
import type { Cell } from './cell.ts'
import { type Figure, units } from './figures.ts'
import type { Durability } from './peer.ts'
import { ours, oursOneByOne } from './peers.ts'
import { middle, type Row } from './ratios.ts'
import { amount, durabilityOf, renderMarkdown, times, titleOf } from './table.ts'

const columns: readonly (readonly [name: string, figure: Figure])[] = [
  ['PRODUCE', 'produce'],
  ['CONSUME', 'consume'],
  ['END-TO-END P99', 'p99'],
]
const serverColumns: readonly (readonly [name: string, figure: Figure])[] = [
  ['START', 'start'],
  ['IDLE MEMORY', 'idle RSS'],
]

/** What was measured, good and bad, small enough for the first page: a row a peer and durability, with what ours is beside it and what it is meant to be. */
export function renderForReadme(
  rows: readonly Row[],
  {
    args,
    environment,
    versions,
  }: { readonly args: readonly string[]; readonly environment: Environment; readonly versions: Readonly<Record<string, string>> },
): string {
  const { cpu, cores, node, commit, at } = environment
  const names = (list: typeof columns) => list.map(([name]) => name)
  const neverNumeric = () => false
  return [
    renderMarkdown(['OURS', ...names(columns)], ourLines(rows), neverNumeric),
    '',
    renderMarkdown(['OURS IS, BESIDE', ...names(columns)], peerLines(rows), neverNumeric),
    '',
    renderMarkdown(['THE SERVER ALONE', ...names(serverColumns)], serverLines(rows), neverNumeric),
    '',
    `Measured on ${at.slice(0, 10)} at commit ${commit} with \`npm run bench:setup && npm run bench -- ${['peers', ...args].join(' ')}\`, on ${cores} cores (${cpu}), Node ${node}; ${describeVersions(versions)}.`,
  ].join('\n')
}

function ourLines(rows: readonly Row[]): string[][] {
  return [ours, oursOneByOne].flatMap(({ name, title }) =>
    (['commit', 'page'] as const).flatMap((durability) => {
      const cells = columns.map(([, figure]) => find(rows, { peer: name, durability, figure })?.cell)
      return cells.every((cell) => cell === undefined)
        ? []
        : [[`${title}, ${durability}`, ...cells.map((cell) => (cell === undefined ? '' : absolute(cell)))]]
    }),
  )
}

function peerLines(rows: readonly Row[]): string[][] {
  const compared = rows.filter(({ ratios, cell }) => ratios.length > 0 && cell.durability !== undefined)
  const keys = [...new Set(compared.map(({ cell }) => `${cell.peer} ${cell.durability}`))]
  return keys.map((key) => {
    const [peer, durability] = key.split(' ') as [string, Durability]
    const found = columns.map(([, figure]) => find(compared, { peer, durability, figure }))
    const cell = (found.find((row) => row !== undefined && row.cell.figure !== 'consume') ?? (found[1] as Row)).cell
    return [`${titleOf(cell)}, ${durabilityOf(cell)}`, ...found.map((row) => (row === undefined ? '' : comparison(row)))]
  })
}

function serverLines(rows: readonly Row[]): string[][] {
  const servers = [...new Set(rows.filter(({ cell }) => cell.durability === undefined).map(({ cell }) => cell.peer))]
  return servers.map((peer) => [
    peer,
    ...serverColumns.map(([, figure]) => {
      const row = find(rows, { peer, durability: undefined, figure })
      if (row === undefined) return ''
      return row.ratios.length === 0 ? absolute(row.cell) : `${absolute(row.cell)}: ${comparison(row)}`
    }),
  ])
}

function find(
  rows: readonly Row[],
  of: { readonly peer: string; readonly durability: Durability | undefined; readonly figure: Figure },
): Row | undefined {
  return rows.find(
    ({ cell }) => cell.peer === of.peer && cell.durability === of.durability && cell.figure === of.figure && cell.setting === '',
  )
}

function describeVersions(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .filter(([name]) => name !== 'kafka-ts server' && !name.startsWith(ours.name))
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
}

function absolute(cell: Cell): string {
  return `${amount(middle(cell.samples))} ${units[cell.figure]}`
}

/** The ratio, and whether it is what it is meant to be. */
function comparison({ ratios, goal }: Row): string {
  const ratio = middle(ratios)
  if (goal === undefined) return times(ratio)
  return ratio >= goal ? `**${times(ratio)}** (goal ${goal}x)` : `${times(ratio)} (goal ${goal}x, missed)`
}
