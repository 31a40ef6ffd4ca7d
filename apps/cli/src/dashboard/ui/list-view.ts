import { displayWidth } from '../../output/table.ts'
import { glyphsOf } from '../view/glyphs.ts'
import type { Line } from '../view/line.ts'
import { type CellContext, headerLine, layoutColumns, rowLine, type ViewColumn } from '../view/table-view.ts'
import { parseFilter } from './filter.ts'
import type { Cursor, ListName, ListSettings } from './state.ts'

/** What a list is made of. */
export interface ListSpec<Row extends object> {
  readonly name: ListName
  /** The same array as long as the rows are the same. */
  readonly source: readonly Row[]
  readonly columns: readonly ViewColumn<Row>[]
  readonly settings: ListSettings
  readonly keyOf: (row: Row) => string
  /** What the filter looks at. */
  readonly textOf: (row: Row) => string
  /** Rows that switches hide, apart from the filter; `flag` tells its cases apart. */
  readonly isShown?: { readonly flag: string; readonly test: (row: Row) => boolean }
}

/** How a list is drawn. */
export interface ListDrawing {
  readonly width: number
  readonly isWide: boolean
  readonly context: CellContext
}

/** A list as it is on screen: filtered and sorted, whatever its rows are. */
export interface ListView {
  readonly name: ListName
  readonly settings: ListSettings
  /** Rows before the filter and the switches. */
  readonly total: number
  readonly count: number
  /** Ids of the columns it can be sorted by. */
  readonly sortable: readonly string[]
  keyAt(index: number): string | undefined
  indexOf(key: string): number
  header(drawing: ListDrawing): Line
  /** The rows from `top` on, at most `height`. */
  lines(window: { readonly top: number; readonly height: number; readonly selected: number }, drawing: ListDrawing): Line[]
}

interface Selection<Row> {
  readonly rows: readonly Row[]
  readonly longestName: number
}

const memo = new WeakMap<readonly object[], { readonly key: string; readonly selection: Selection<object> }>()

/** Makes a list of rows. Sorting and filtering are done once for the same rows and settings. */
export function listViewOf<Row extends object>(spec: ListSpec<Row>): ListView {
  const { columns, settings, keyOf, name, source } = spec
  const { rows, longestName } = select(spec)
  const placed = ({ width, isWide, context }: ListDrawing) =>
    layoutColumns(columns, { width, isWide, numbers: context.numbers, longestName })
  return {
    name,
    settings,
    total: source.length,
    count: rows.length,
    sortable: columns.filter(({ sortValue }) => sortValue !== undefined).map(({ id }) => id),
    keyAt: (index) => (rows[index] === undefined ? undefined : keyOf(rows[index])),
    indexOf: (key) => rows.findIndex((row) => keyOf(row) === key),
    header: (drawing) =>
      headerLine(placed(drawing), { context: drawing.context, sort: settings.sort, isDescending: settings.isDescending }),
    lines: ({ top, height, selected }, drawing) => {
      const layout = placed(drawing)
      return rows
        .slice(top, top + height)
        .map((row, index) => rowLine(layout, row, { context: drawing.context, isSelected: top + index === selected }))
    },
  }
}

function select<Row extends object>({ source, columns, settings, textOf, isShown }: ListSpec<Row>): Selection<Row> {
  const key = JSON.stringify([settings, isShown?.flag])
  const known = memo.get(source)
  if (known?.key === key) return known.selection as Selection<Row>
  const { matches } = parseFilter(settings.filter)
  const rows = source.filter((row) => (isShown?.test(row) ?? true) && matches(textOf(row)))
  const sorted = sortRows(rows, columns, settings)
  const selection = { rows: sorted, longestName: longestNameOf(sorted, columns) }
  memo.set(source, { key, selection })
  return selection
}

/** By the column of the settings; equal rows by their first column. What has no value comes last, in either direction. */
function sortRows<Row>(rows: readonly Row[], columns: readonly ViewColumn<Row>[], { sort, isDescending }: ListSettings): Row[] {
  const byColumn = columns.find(({ id }) => id === sort)?.sortValue
  const byName = columns.find(({ rank }) => rank === 0)?.sortValue
  return rows.toSorted((left, right) => {
    const order = byColumn === undefined ? 0 : compare(byColumn(left), byColumn(right), isDescending)
    return order !== 0 || byName === undefined ? order : compare(byName(left), byName(right), false)
  })
}

function compare(left: number | string | undefined, right: number | string | undefined, isDescending: boolean): number {
  if (left === right) return 0
  if (left === undefined) return 1
  if (right === undefined) return -1
  return left < right === isDescending ? 1 : -1
}

/** A space and the arrow of a column that is sorted by. */
const SORT_ARROW_WIDTH = 2
const nameContext: CellContext = { glyphs: glyphsOf(true), numbers: 'human', nowMs: 0, historyMs: 0 }

function longestNameOf<Row>(rows: readonly Row[], columns: readonly ViewColumn<Row>[]): number {
  const name = columns.find(({ rank }) => rank === 0)
  const header = typeof name?.header === 'string' ? name.header.length + SORT_ARROW_WIDTH : 0
  return rows.reduce((longest, row) => Math.max(longest, displayWidth(name?.draw(row, nameContext).text ?? '')), header)
}

/** Where a cursor is in a list of now, and the first row to show so that it is in sight. */
export function resolveCursor({ key, index, top }: Cursor, { list, height }: { readonly list: ListView; readonly height: number }): Cursor {
  const found = key === undefined ? -1 : list.indexOf(key)
  const at = Math.max(0, Math.min(list.count - 1, found === -1 ? index : found))
  const last = Math.max(0, list.count - height)
  const first = Math.min(last, at < top ? at : Math.max(top, at - height + 1))
  return { key: list.keyAt(at), index: at, top: Math.max(0, first) }
}
