import { expect, it } from 'vitest'
import { type Column, displayWidth, renderTable, type TableStyle, truncateMiddle } from './table.ts'

interface Row {
  readonly name: string
  readonly size: number | null | undefined
}
const columns: Column<Row>[] = [
  { header: 'NAME', value: (row) => row.name, isName: true },
  { header: 'SIZE', value: (row) => row.size, number: 'bytes' },
]
const style: TableStyle = { hasHeaders: true, isRaw: false, width: undefined, isAscii: false }

it('aligns numbers to the right and prints - for nothing and ? for unknown', () => {
  const rows = [
    { name: 'orders', size: 4_509_715_660 },
    { name: 'a', size: null },
    { name: 'b', size: undefined },
  ]
  expect(renderTable(columns, rows, style)).toBe(' NAME      SIZE\n orders 4.2 GiB\n a            -\n b            ?\n')
})

it('prints raw numbers and no headers when asked', () => {
  expect(renderTable(columns, [{ name: 'a', size: 2048 }], { ...style, isRaw: true, hasHeaders: false })).toBe(' a 2048\n')
})

it('prints only the header of an empty list', () => {
  expect(renderTable(columns, [], style)).toBe(' NAME SIZE\n')
})

it('cuts the name in its middle when the terminal is narrow, and nothing when it is none', () => {
  const row = { name: 'a-very-long-name-of-a-topic-with-an-end', size: 1 }
  const narrow = renderTable(columns, [row], { ...style, hasHeaders: false, width: 24 })
  expect(narrow).toBe(' a-very-lo…th-an-end 1 B\n')
  expect(displayWidth(narrow.trimEnd())).toBeLessThanOrEqual(24)
  expect(renderTable(columns, [row], style)).toContain(row.name)
})

it('keeps one record on one line, whatever a cell holds', () => {
  expect(renderTable(columns, [{ name: 'a\nb\u001b[31m', size: 1 }], { ...style, hasHeaders: false })).toBe(' a\\nb\\x1b[31m 1 B\n')
})

it('counts East Asian characters as two columns and combining marks as none', () => {
  expect(displayWidth('日本')).toBe(4)
  expect(displayWidth('e\u0301')).toBe(1)
})

it('truncates with ASCII when asked', () => {
  expect(truncateMiddle('abcdefghij', 5, '~')).toBe('ab~ij')
})
