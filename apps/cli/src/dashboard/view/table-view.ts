import type { NumberStyle } from './format.ts'
import type { Glyphs } from './glyphs.ts'
import { fitEnd, fitMiddle, type Line, type Span, span } from './line.ts'

/** What cells are drawn with. */
export interface CellContext {
  readonly glyphs: Glyphs
  readonly numbers: NumberStyle
  /** Milliseconds since 1970. */
  readonly nowMs: number
  /** The window of rates and trends. */
  readonly historyMs: number
}

/** A column of a list on screen. */
export interface ViewColumn<Row> {
  /** What sorting by it is called. */
  readonly id: string
  readonly header: string | ((context: CellContext) => string)
  /** What gives way first when the screen is narrow: the highest. The column of rank 0 always stays, and takes the room that is left. */
  readonly rank: number
  /** Columns of the terminal, by how numbers are written. */
  readonly width: number | Readonly<Record<NumberStyle, number>>
  readonly isRight?: boolean
  readonly draw: (row: Row, context: CellContext) => Span
  /** What rows are sorted by; undefined comes last in either direction. Without it the list cannot be sorted by this column. */
  readonly sortValue?: (row: Row) => number | string | undefined
  /** Its cells depend on more than their row. */
  readonly isLive?: boolean
}

/** A column with the width it has on this screen. */
export interface PlacedColumn<Row> {
  readonly column: ViewColumn<Row>
  readonly width: number
}

/** How a list is laid out. */
export interface LayoutOptions {
  /** Columns of the terminal. */
  readonly width: number
  readonly numbers: NumberStyle
  /** More columns, and shorter names. */
  readonly isWide: boolean
  /** What the longest name would take. */
  readonly longestName: number
}

const GAP = 1
/** The cursor and the space behind it. */
export const MARGIN = 2
const NAME_WIDTH = 20
const NAME_WIDTH_WHEN_WIDE = 12

/** Chooses the columns that fit, in their order, by rank; the name gets what is left. */
export function layoutColumns<Row>(columns: readonly ViewColumn<Row>[], options: LayoutOptions): PlacedColumn<Row>[] {
  const { width, numbers, isWide, longestName } = options
  const widthOf = ({ width: wanted }: ViewColumn<Row>) => (typeof wanted === 'number' ? wanted : wanted[numbers])
  const nameWidth = Math.min(longestName, isWide ? NAME_WIDTH_WHEN_WIDE : NAME_WIDTH)
  let room = width - MARGIN - nameWidth
  const chosen = new Set<ViewColumn<Row>>()
  for (const column of columns.toSorted((left, right) => left.rank - right.rank)) {
    const needed = column.rank === 0 ? 0 : widthOf(column) + GAP
    if (needed > room && column.rank !== 0) break
    room -= needed
    chosen.add(column)
  }
  const left = Math.max(1, Math.min(nameWidth + room, longestName))
  return columns.filter((column) => chosen.has(column)).map((column) => ({ column, width: column.rank === 0 ? left : widthOf(column) }))
}

/** The line of headers, with an arrow at the column that is sorted by. */
export function headerLine<Row>(
  placed: readonly PlacedColumn<Row>[],
  { context, sort, isDescending }: { readonly context: CellContext; readonly sort: string | undefined; readonly isDescending: boolean },
): Line {
  const { glyphs } = context
  const cells = placed.map(({ column, width }) => {
    const name = typeof column.header === 'string' ? column.header : column.header(context)
    const arrow = isDescending ? glyphs.sortedDown : glyphs.sortedUp
    const text = column.id === sort ? `${name} ${arrow}` : name
    return align(text, { width, isRight: column.isRight === true, ellipsis: '' })
  })
  return [span(`${' '.repeat(MARGIN)}${cells.join(' ')}`, 'dim')]
}

/** One row. */
export function rowLine<Row extends object>(
  placed: readonly PlacedColumn<Row>[],
  row: Row,
  { context, isSelected }: { readonly context: CellContext; readonly isSelected: boolean },
): Line {
  const { glyphs } = context
  const line: Span[] = [span(isSelected ? `${glyphs.cursor} ` : '  ')]
  placed.forEach(({ column, width }, index) => {
    if (index > 0) line.push(span(' '))
    const { text, style } = cellOf(column, row, context)
    const isName = column.rank === 0
    line.push({
      text: isName
        ? fitMiddle(text, width, glyphs.ellipsis)
        : align(text, { width, isRight: column.isRight === true, ellipsis: glyphs.ellipsis }),
      style,
    })
  })
  return line
}

type CellMemo = { readonly glyphs: Glyphs; readonly numbers: NumberStyle; readonly cells: Map<string, Span> }
const memo = new WeakMap<object, CellMemo>()

/** Cells are written once a row, and rows are made once a poll. */
function cellOf<Row extends object>(column: ViewColumn<Row>, row: Row, context: CellContext): Span {
  if (column.isLive) return column.draw(row, context)
  let known = memo.get(row)
  if (known === undefined || known.glyphs !== context.glyphs || known.numbers !== context.numbers) {
    known = { glyphs: context.glyphs, numbers: context.numbers, cells: new Map() }
    memo.set(row, known)
  }
  let cell = known.cells.get(column.id)
  if (cell === undefined) {
    cell = column.draw(row, context)
    known.cells.set(column.id, cell)
  }
  return cell
}

function align(
  text: string,
  { width, isRight, ellipsis }: { readonly width: number; readonly isRight: boolean; readonly ellipsis: string },
): string {
  const fitted = fitEnd(text, width, ellipsis)
  if (!isRight) return fitted
  const trimmed = fitted.trimEnd()
  return ' '.repeat(fitted.length - trimmed.length) + trimmed
}
