import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { CliError } from '../errors/cli-error.ts'
import { type Listing, type ListingStyle, renderListing } from './listing.ts'
import { int64, object, text } from './shape.ts'

interface Item {
  readonly name: string
  readonly size: number
}
const listing: Listing<Item> = {
  kind: 'ThingList',
  item: object({ name: text(), size: int64() }),
  columns: [
    { header: 'NAME', value: (item) => item.name },
    { header: 'SIZE', value: (item) => item.size },
  ],
  name: (item) => item.name,
}
const items = [
  { name: 'b', size: 10 },
  { name: 'a', size: 9 },
]
const style: ListingStyle = { format: 'table', hasHeaders: true, isRaw: false, width: undefined, isAscii: false }
const failure = { name: 'c', error: { code: 'X', message: 'no', exit: 3 as const, retriable: false, suggestions: [] } }

it('sorts by a column, numbers as numbers, and backwards when asked', async () => {
  expect(await renderListing(listing, { items }, { ...style, sort: 'size', format: 'name' })).toBe('a\nb\n')
  expect(await renderListing(listing, { items }, { ...style, sort: 'name:desc', format: 'name' })).toBe('b\na\n')
})

it('shows the columns that are named, in their order', async () => {
  expect(await renderListing(listing, { items }, { ...style, columns: ['size', 'name'] })).toBe(' SIZE NAME\n   10 b\n    9 a\n')
})

it('refuses a column that is not there with exit 2', async () => {
  const attempt = renderListing(listing, { items }, { ...style, columns: ['colour'] })
  await expect(attempt).rejects.toSatisfy(
    (error) => error instanceof CliError && error.exit === 2 && error.suggestions[0] === 'choose from name, size',
  )
})

it('wraps JSON in one document with its kind, its warnings, and its errors only when there are some', async () => {
  const json = await renderListing(listing, { items: [], warnings: ['careful'] }, { ...style, format: 'json' })
  expect(JSON.parse(json)).toEqual({ kind: 'ThingList', items: [], warnings: ['careful'] })
  const failed = await renderListing(listing, { items, failures: [failure] }, { ...style, format: 'json' })
  expect(JSON.parse(failed)).toMatchObject({
    items: [
      { name: 'b', size: '10' },
      { name: 'a', size: '9' },
    ],
    errors: [failure],
  })
})

it('writes YAML that reads as the JSON does', async () => {
  const json = await renderListing(listing, { items }, { ...style, format: 'json' })
  const yaml = await renderListing(listing, { items }, { ...style, format: 'yaml' })
  expect(parse(yaml)).toEqual(JSON.parse(json))
})

it('writes one item a line as ndjson, and errors as lines of their own', async () => {
  const lines = (await renderListing(listing, { items, failures: [failure] }, { ...style, format: 'ndjson' })).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([{ name: 'b', size: '10' }, { name: 'a', size: '9' }, failure])
})
