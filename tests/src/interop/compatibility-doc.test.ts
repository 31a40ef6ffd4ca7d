import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { compatibilityTables, tablesBegin, tablesEnd } from './compatibility-table.ts'

const file = fileURLToPath(new URL('../../../docs/compatibility.md', import.meta.url))

/** KAFKA_TS_WRITE_DOCS=1 npm test -- tests/src/interop/compatibility-doc writes it. */
test('docs/compatibility.md has the tables that the matrix of the tests gives', () => {
  const text = readFileSync(file, 'utf8')
  const start = text.indexOf(tablesBegin) + tablesBegin.length
  const end = text.indexOf(tablesEnd)
  expect(end, 'the lines around the tables').toBeGreaterThan(start)
  const tables = `\n\n${compatibilityTables()}\n\n`
  if (process.env['KAFKA_TS_WRITE_DOCS'] === '1') writeFileSync(file, text.slice(0, start) + tables + text.slice(end))
  else expect(text.slice(start, end)).toBe(tables)
})
