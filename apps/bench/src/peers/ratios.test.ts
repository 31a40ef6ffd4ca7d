import { expect, test } from 'vitest'
import type { Cell } from './cell.ts'
import { compare } from './ratios.ts'

function cell(peer: string, samples: number[], other: Partial<Cell> = {}): Cell {
  return { peer, figure: 'produce', setting: '', durability: 'commit', samples, ...other }
}

function rowOf(cells: readonly Cell[], peer: string) {
  const row = compare(cells).find((one) => one.cell.peer === peer)
  if (row === undefined) throw new Error(`no row of ${peer}`)
  return row
}

const many = cell('kafka-ts', [800, 900])
const oneByOne = cell('kafka-ts-send', [400, 300])

test('a rate of ours is divided by that of the peer, run by run', () => {
  expect(rowOf([many, cell('kafkajs', [100, 300])], 'kafkajs')).toMatchObject({ beside: 'kafka-ts', ratios: [8, 3], goal: 8 })
})

test('a time of the peer is divided by ours', () => {
  const p99 = { figure: 'p99' } as const
  expect(rowOf([cell('kafka-ts', [2], p99), cell('nats', [5], p99)], 'nats').ratios).toEqual([2.5])
})

test('who sends a record a call is compared with our send(), and then with sendMany()', () => {
  const cells = [many, oneByOne, cell('redis', [100, 100])]
  expect(rowOf(cells, 'redis')).toMatchObject({ beside: 'kafka-ts-send', ratios: [4, 3], otherRatios: [8, 9] })
})

test('who sends many records a call is compared with our sendMany(), and then with send()', () => {
  const cells = [many, oneByOne, cell('kafkajs', [100, 100])]
  expect(rowOf(cells, 'kafkajs')).toMatchObject({ beside: 'kafka-ts', ratios: [8, 9], otherRatios: [4, 3] })
})

test('neither of ours is compared with the other', () => {
  expect(rowOf([many, oneByOne], 'kafka-ts-send')).toMatchObject({ beside: undefined, ratios: [], otherRatios: [] })
})

test('a figure is compared with that of the same durability and setting only', () => {
  const peer = cell('redis', [100], { durability: 'page' })
  expect(rowOf([many, peer], 'redis').ratios).toEqual([])
  expect(rowOf([many, cell('redis', [100], { setting: '1 KiB' })], 'redis').ratios).toEqual([])
})

test('a run that failed, of either, has no ratio', () => {
  const cells = [cell('kafka-ts', [800, Number.NaN, 900]), cell('kafkajs', [Number.NaN, 100, 300])]
  expect(rowOf(cells, 'kafkajs').ratios).toEqual([3])
})

test('goals are of the settings of the plan', () => {
  const setting = '1 KiB'
  expect(rowOf([cell('kafka-ts', [1], { setting }), cell('kafkajs', [1], { setting })], 'kafkajs').goal).toBeUndefined()
})
