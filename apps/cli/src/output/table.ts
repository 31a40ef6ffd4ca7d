import { stripVTControlCharacters } from 'node:util'
import { humanAge, humanBytes, humanCount, humanRate } from './humanize.ts'

/** null is nothing, printed `-`; undefined is not known, printed `?`. */
export type Cell = string | number | boolean | null | undefined

/** A column of a table. */
export interface Column<Item> {
  /** Upper case, one word: it is also what `--columns` and `--sort` name. */
  readonly header: string
  readonly value: (item: Item) => Cell
  /** How numbers are drawn without `--raw`: ids plain, counts grouped, sizes and rates in units, shares in percent, durations in milliseconds. Default 'id'. */
  readonly number?: 'id' | 'count' | 'bytes' | 'rate' | 'percent' | 'ms' | 'age'
  /** Drawn like this instead, where the number alone does not say it all (`>2h`, `never`); undefined: as the value. Not with `--raw`. */
  readonly text?: (item: Item) => string | undefined
  /** The one that gives way when the terminal is narrow. */
  readonly isName?: boolean
  /** Shown with `-o wide` only. */
  readonly isWide?: boolean
}

/** How a table is drawn. */
export interface TableStyle {
  readonly hasHeaders: boolean
  readonly isRaw: boolean
  /** Columns of the terminal; undefined when it is none, and nothing is cut. */
  readonly width: number | undefined
  readonly isAscii: boolean
  /** Columns that are `isWide` are wanted; for tables within a drawing. */
  readonly isWide?: boolean
}

const GAP = ' '

/** Lines of a table without borders: one a record, numbers to the right, ending with a line feed each. */
export function renderTable<Item>(columns: readonly Column<Item>[], items: readonly Item[], style: TableStyle): string {
  const rows = items.map((item) =>
    columns.map((column) => (style.isRaw ? undefined : column.text?.(item)) ?? drawCell(column, column.value(item), style.isRaw)),
  )
  const isRight = columns.map(
    (column) => (column.number !== undefined && column.number !== 'id') || items.some((item) => typeof column.value(item) === 'number'),
  )
  const widths = columns.map((column, index) =>
    Math.max(style.hasHeaders ? column.header.length : 0, ...rows.map((row) => displayWidth(row[index]!))),
  )
  shrinkName(columns, widths, style)
  const lines = style.hasHeaders ? [columns.map((column) => column.header), ...rows] : rows
  return lines.map((line) => drawLine(line, { widths, isRight, isAscii: style.isAscii })).join('')
}

function drawCell<Item>(column: Column<Item>, cell: Cell, isRaw: boolean): string {
  if (cell === null) return '-'
  if (cell === undefined) return '?'
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  if (typeof cell === 'string') return cell === '' ? '-' : printable(cell)
  if (isRaw || column.number === undefined || column.number === 'id') return String(cell)
  return drawNumber(cell, column.number)
}

function drawNumber(value: number, kind: 'count' | 'bytes' | 'rate' | 'percent' | 'ms' | 'age'): string {
  switch (kind) {
    case 'age':
      return humanAge(value)
    case 'ms':
      return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : humanCount(Math.round(value))
    case 'bytes':
      return humanBytes(value)
    case 'rate':
      return humanRate(value)
    case 'percent':
      return `${Math.round(value * 100)}%`
    case 'count':
      return humanCount(value)
  }
}

/** One record stays one line, and what a record holds cannot steer the terminal. */
export function printable(cell: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  return cell.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    if (character === '\n') return '\\n'
    if (character === '\t') return '\\t'
    if (character === '\r') return '\\r'
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}

const NAME_MIN_WIDTH = 12

/** Takes what is too wide for the terminal from the name column. */
function shrinkName<Item>(columns: readonly Column<Item>[], widths: number[], style: TableStyle): void {
  const name = columns.findIndex((column) => column.isName)
  if (style.width === undefined || name === -1) return
  const total = widths.reduce((sum, width) => sum + width + GAP.length, 0)
  if (total > style.width) widths[name] = Math.max(Math.min(NAME_MIN_WIDTH, widths[name]!), widths[name]! - (total - style.width))
}

interface LineLayout {
  readonly widths: readonly number[]
  readonly isRight: readonly boolean[]
  readonly isAscii: boolean
}

function drawLine(cells: readonly string[], { widths, isRight, isAscii }: LineLayout): string {
  const drawn = cells.map((cell, index) => {
    const width = widths[index]!
    const text = displayWidth(cell) > width ? truncateMiddle(cell, width, isAscii ? '~' : '…') : cell
    const padding = ' '.repeat(width - displayWidth(text))
    return isRight[index] ? `${padding}${text}` : `${text}${padding}`
  })
  return `${GAP}${drawn.join(GAP).trimEnd()}\n`
}

/** Both ends of a name tell it from others: what is cut is its middle. */
export function truncateMiddle(name: string, width: number, mark: string): string {
  const characters = [...name]
  if (displayWidth(name) <= width) return name
  const kept = Math.max(0, width - 1)
  const tail = Math.floor(kept / 2)
  return `${characters.slice(0, kept - tail).join('')}${mark}${tail === 0 ? '' : characters.slice(-tail).join('')}`
}

const wideCharacters =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u

/** Terminal columns a text takes: East Asian and pictographic characters take two, combining ones none. */
export function displayWidth(value: string): number {
  if (/^[\x20-\x7e]*$/.test(value)) return value.length
  let width = 0
  for (const character of stripVTControlCharacters(value)) {
    if (/\p{Mark}/u.test(character)) continue
    width += wideCharacters.test(character) ? 2 : 1
  }
  return width
}
