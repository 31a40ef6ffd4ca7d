import { type ClientEntry, clients } from './clients.ts'
import { type Feature, features } from './features.ts'

/** The lines that the tables of docs/compatibility.md stand between. */
export const tablesBegin =
  '<!-- The tables below are written by tests/src/interop/compatibility-doc.test.ts from the matrix of the tests. -->'
export const tablesEnd = '<!-- The tables end here. -->'

/** The tables of docs/compatibility.md, from the same entries that the tests are made of. */
export function compatibilityTables(): string {
  const reasons = [...new Set(clients.flatMap((entry) => features.map((feature) => entry.cells[feature]).filter((cell) => cell !== true)))]
  const mark = (entry: ClientEntry, feature: Feature) => {
    const cell = entry.cells[feature]
    return cell === true ? 'yes' : `–[^${reasons.indexOf(cell) + 1}]`
  }
  const table = [
    row(['client', 'version', 'from', ...features]),
    row(['---', '---', '---', ...features.map(() => '---')]),
    ...clients.map((entry) =>
      row([entry.name, entry.version || 'this one', entry.from, ...features.map((feature) => mark(entry, feature))]),
    ),
  ]
  const footnotes = reasons.map((reason, index) => `[^${index + 1}]: ${reason}`)
  const lacks = clients.filter((entry) => entry.lacks.length > 0 || !entry.setsTimestamps || entry.readsNullHeadersAsEmpty)
  const limits = lacks.map((entry) => row([entry.name, limitsOf(entry).join(', ')]))
  return [...table, '', ...footnotes, '', row(['client', 'what it cannot do, with any broker']), row(['---', '---']), ...limits].join('\n')
}

function limitsOf(entry: ClientEntry): string[] {
  return [
    ...entry.lacks.map((trait) => `write a ${trait}`.replace('a empty', 'an empty')),
    ...(entry.setsTimestamps ? [] : ['set a timestamp']),
    ...(entry.readsNullHeadersAsEmpty ? ['tell a null header value from an empty one'] : []),
  ]
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
