import { expect, it } from 'vitest'
import { isInScope, parsePartition, parseScope } from './partition-scope.ts'

it('reads a topic, some of its partitions, and one', () => {
  expect(parseScope('orders', '--topic')).toEqual({ topic: 'orders', partitions: undefined })
  expect(parseScope('orders:0,2', '--topic')).toEqual({ topic: 'orders', partitions: [0, 2] })
  expect(parsePartition('orders:3', '--topic')).toEqual({ topic: 'orders', partition: 3 })
})

it('refuses what names none', () => {
  for (const input of ['', ':1', 'orders:', 'orders:x', 'orders:-1']) expect(() => parseScope(input, '--topic'), input).toThrow('--topic: ')
  for (const input of ['orders', 'orders:1,2']) expect(() => parsePartition(input, '--topic'), input).toThrow('TOPIC:PARTITION')
})

it('finds a partition in any of several scopes', () => {
  const scopes = [parseScope('a', ''), parseScope('b:1', '')]
  const isIn = (topic: string, partition: number) => isInScope({ topic, partition }, scopes)
  expect([isIn('a', 7), isIn('b', 1), isIn('b', 0), isIn('c', 0)]).toEqual([true, true, false, false])
})
