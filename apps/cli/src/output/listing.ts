import { usageError } from '../errors/cli-error.ts'
import type { ErrorReport } from '../errors/report.ts'
import type { OutputFormat } from './format.ts'
import { list, object, type Shape, text } from './shape.ts'
import { type Cell, type Column, renderTable, type TableStyle } from './table.ts'

/** Everything the output layer must know of a kind of result: one declaration a command. */
export interface Listing<Item> {
  /** `TopicList`: names the result in JSON. */
  readonly kind: string
  readonly item: Shape<Item>
  readonly columns: readonly Column<Item>[]
  /** What `-o name` prints. */
  readonly name: (item: Item) => string
  /** Drawn for people in another way than a table. */
  readonly draw?: (items: readonly Item[], style: TableStyle) => string
}

/** An item that failed, as it appears beside those that did not. */
export interface FailedItem {
  /** What was asked for, by its name. */
  readonly name: string
  readonly error: ErrorReport
}

/** A result to write. */
export interface Result<Item> {
  readonly items: readonly Item[]
  readonly warnings?: readonly string[]
  readonly failures?: readonly FailedItem[]
}

/** The choices of the command line that change how a result is written. */
export interface ListingStyle extends TableStyle {
  readonly format: OutputFormat
  readonly columns?: readonly string[]
  readonly sort?: string
}

/** A result as text, in any format. */
export async function renderListing<Item>(listing: Listing<Item>, result: Result<Item>, style: ListingStyle): Promise<string> {
  const items = sorted(listing, result.items, style.sort)
  switch (style.format) {
    case 'table':
    case 'wide':
      return renderTables(listing, items, style)
    case 'name':
      return items.map((item) => `${listing.name(item)}\n`).join('')
    case 'json':
      return `${JSON.stringify(envelope(listing, { ...result, items }), undefined, 2)}\n`
    case 'yaml': {
      const { stringify } = await import('yaml')
      return stringify(envelope(listing, { ...result, items }), { lineWidth: 0 })
    }
    case 'ndjson':
      return [
        ...items.map((item) => JSON.stringify(listing.item.toJson(item))),
        ...(result.failures ?? []).map((failure) => JSON.stringify({ name: failure.name, error: failure.error })),
      ]
        .map((line) => `${line}\n`)
        .join('')
    case 'schema':
      return renderSchema(listing)
  }
}

/** The JSON Schema of what `-o json` prints for this kind of result. */
export function renderSchema<Item>(listing: Listing<Item>): string {
  const { schema } = object({ kind: text(), items: list(listing.item), warnings: list(text()) })
  const properties = { ...schema.properties, kind: { type: 'string', const: listing.kind } }
  return `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema, properties, additionalProperties: undefined }, undefined, 2)}\n`
}

/** The one document of `-o json` and `-o yaml`. `errors` is there only when something failed. */
function envelope<Item>(listing: Listing<Item>, result: Result<Item>): object {
  return {
    kind: listing.kind,
    items: result.items.map((item) => listing.item.toJson(item)),
    warnings: result.warnings ?? [],
    ...(result.failures === undefined || result.failures.length === 0 ? {} : { errors: result.failures }),
  }
}

function renderTables<Item>(listing: Listing<Item>, items: readonly Item[], style: ListingStyle): string {
  const isWide = style.format === 'wide'
  const tableStyle = isWide ? { ...style, width: undefined, isWide } : style
  if (listing.draw !== undefined && style.columns === undefined) return listing.draw(items, tableStyle)
  const columns =
    style.columns === undefined
      ? listing.columns.filter((column) => isWide || !column.isWide)
      : style.columns.map((header) => columnNamed(listing, header, '--columns'))
  return renderTable(columns, items, tableStyle)
}

function columnNamed<Item>(listing: Listing<Item>, header: string, flag: string): Column<Item> {
  const column = listing.columns.find((candidate) => candidate.header === header.toUpperCase())
  if (column === undefined)
    throw usageError(
      `${flag}: there is no column ${header}.`,
      `choose from ${listing.columns.map((candidate) => candidate.header.toLowerCase()).join(', ')}`,
    )
  return column
}

function sorted<Item>(listing: Listing<Item>, items: readonly Item[], sort: string | undefined): readonly Item[] {
  if (sort === undefined) return items
  const [header, direction = 'asc'] = sort.split(':')
  if (header === undefined || (direction !== 'asc' && direction !== 'desc'))
    throw usageError(`--sort: ${sort} is neither COLUMN, COLUMN:asc nor COLUMN:desc.`)
  const { value } = columnNamed(listing, header, '--sort')
  const sign = direction === 'asc' ? 1 : -1
  return items.toSorted((left, right) => compareCells(value(left), value(right), sign))
}

/** What is nothing or not known comes last, whichever way the rest is sorted. */
function compareCells(left: Cell, right: Cell, sign: number): number {
  const isLeftMissing = left === null || left === undefined
  const isRightMissing = right === null || right === undefined
  if (isLeftMissing || isRightMissing) return Number(isLeftMissing) - Number(isRightMissing)
  if (typeof left === 'number' && typeof right === 'number') return sign * (left - right)
  const [leftText, rightText] = [String(left), String(right)]
  return sign * (leftText < rightText ? -1 : leftText > rightText ? 1 : 0)
}
