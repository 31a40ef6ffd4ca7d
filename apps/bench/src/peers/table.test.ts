import { expect, test } from 'vitest'
import type { Cell } from './cell.ts'
import { compare } from './ratios.ts'
import { renderForReadme } from './readme-table.ts'
import { renderRows } from './table.ts'

function cell(peer: string, samples: number[], other: Partial<Cell> = {}): Cell {
  return { peer, figure: 'produce', setting: '', durability: 'commit', samples, ...other }
}

const start = { figure: 'start', durability: undefined } as const
const rows = compare([
  cell('kafka-ts', [100], start),
  cell('apache-kafka', [700], start),
  cell('kafka-ts', [800_000, 900_000, 1_000_000]),
  cell('kafka-ts-send', [400_000, 400_000, 400_000]),
  cell('kafkajs', [100_000, 100_000, 100_000]),
  cell('redis', [100_000, 100_000, 100_000]),
])

function lineOf(text: string, peer: string): string[] {
  const line = text.split('\n').find((one) => one.includes(peer))
  return line?.split('|').map((part) => part.trim()) ?? []
}

test('a row shows median, spread, ratio, goal, and which of ours it stands beside', () => {
  const text = renderRows(rows)
  expect(lineOf(text, 'kafkajs on our broker')).toEqual([
    '',
    'produce',
    'commit (durability=commit)',
    'kafkajs on our broker',
    '100,000',
    '100,000',
    '100,000',
    'records/s',
    '9.00x',
    '8.00x-10.0x',
    '8.00x',
    'yes',
    'kafka-ts (the other: 4.00x)',
    '',
  ])
  expect(lineOf(text, 'Redis Streams').slice(8)).toEqual(['4.00x', '4.00x-4.00x', '5.00x', 'no', 'kafka-ts-send (the other: 9.00x)', ''])
})

test('rows of a figure stand together, in the order of the figures', () => {
  const figures = renderRows(rows)
    .split('\n')
    .slice(2)
    .map((line) => line.split('|')[1]?.trim())
  expect(figures).toEqual(['produce', 'produce', 'produce', 'produce', 'start', 'start'])
})

test('a column that no row needs is left out, and is there when one does', () => {
  expect(renderRows(rows)).not.toContain('SETTING')
  expect(renderRows(compare([cell('kafka-ts', [1], { setting: '1 KiB' })]))).toContain('SETTING')
})

test('a cell of which every run failed says so', () => {
  expect(lineOf(renderRows(compare([cell('kafkajs', [Number.NaN])])), 'kafkajs on our broker')).toContain('failed')
})

test('for the README each peer has one row, with what was missed as well as what was reached', () => {
  const environment = {
    node: 'v26',
    platform: 'linux-x64',
    cpu: 'a CPU',
    cores: 2,
    memoryGiB: 24,
    commit: 'abc1234',
    at: '2026-01-02T03:04:05Z',
  }
  const text = renderForReadme(rows, {
    args: ['--runs', '5'],
    environment,
    versions: { kafkajs: '2.2.4', 'kafka-ts server': 'this commit' },
  })
  expect(lineOf(text, 'SDK on our broker, commit')).toEqual(['', 'SDK on our broker, commit', '900,000 records/s', '', '', ''])
  expect(lineOf(text, 'kafkajs on our broker')).toEqual([
    '',
    'kafkajs on our broker, commit (durability=commit)',
    '**9.00x** (goal 8x)',
    '',
    '',
    '',
  ])
  expect(lineOf(text, 'Redis Streams')).toEqual(['', 'Redis Streams, commit (appendfsync always)', '4.00x (goal 5x, missed)', '', '', ''])
  expect(lineOf(text, 'apache-kafka')).toEqual(['', 'apache-kafka', '700 ms: 7.00x (goal 8x, missed)', '', ''])
  expect(text).toContain('2026-01-02')
  expect(text).toContain('at commit abc1234 with `npm run bench:setup && npm run bench -- peers --runs 5`')
  expect(text).toContain('kafkajs 2.2.4.')
})
