import { describe, expect, it } from 'vitest'
import { hasFlag, requestedFormat, withWatchInterval } from './argv.ts'
import { parseFormat } from './escapes.ts'
import { parseKeyValues, parsePartitions } from './key-value.ts'
import { parseDuration } from './parse-duration.ts'
import { parseTimestamp } from './timestamp.ts'

const NOW_MS = Date.UTC(2026, 10, 22, 16)

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['1.5s', 1500],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
  ])('reads %s', (input, ms) => {
    expect(parseDuration(input)).toBe(ms)
  })
  it.each(['', '5', 's', '-5s', '5 s'])('does not read %j', (input) => {
    expect(parseDuration(input)).toBeUndefined()
  })
})

describe('times', () => {
  it.each([
    ['@2026-11-22T15:00Z', Date.UTC(2026, 10, 22, 15)],
    ['@2026-11-22T15:00', Date.UTC(2026, 10, 22, 15)],
    ['@2026-11-22T15:00+02:00', Date.UTC(2026, 10, 22, 13)],
    ['@2026-11-22', Date.UTC(2026, 10, 22)],
    ['@-1h', NOW_MS - 3_600_000],
    ['@now', NOW_MS],
    ['@1312242084000', 1_312_242_084_000],
  ])('reads %s', (input, ms) => {
    expect(parseTimestamp(input, NOW_MS, '--at')).toBe(ms)
  })
  it.each(['@', '@soon', '@2026-13-40', '@-1'])('refuses %s', (input) => {
    expect(() => parseTimestamp(input, NOW_MS, '--at')).toThrow('is not a time')
  })
})

it('splits a format into bytes and verbs, adding nothing', () => {
  expect(parseFormat('%k\\t\\x00%%%v', '-f', 'kv')).toEqual([{ verb: 'k' }, { literal: Buffer.from('\t\0%') }, { verb: 'v' }])
  expect(() => parseFormat('\\q', '-f', 'kv')).toThrow('\\q is not one of')
  expect(() => parseFormat('%', '-f', 'kv')).toThrow('% is not one of')
})

it('splits key=value at the first sign and refuses repeats', () => {
  expect(parseKeyValues(['a=b=c', 'd='], '-c')).toEqual({ a: 'b=c', d: '' })
  expect(() => parseKeyValues(['a=1', 'a=2'], '-c')).toThrow('a is given twice')
  expect(() => parseKeyValues(['a'], '-c')).toThrow('not key=value')
  expect(() => parsePartitions('0,x', '-p')).toThrow('not a whole number')
})

it('finds the format of a command line that cannot be parsed', () => {
  expect(requestedFormat(['topics', 'list', '--bogus', '--json'], {})).toBe('json')
  expect(requestedFormat(['-ondjson'], {})).toBe('ndjson')
  expect(requestedFormat(['--output=yaml'], {})).toBe('yaml')
  expect(requestedFormat(['-o', 'xml'], {})).toBe('table')
  expect(requestedFormat([], { KAFKA_TS_OUTPUT: 'json' })).toBe('json')
  expect(requestedFormat(['--', '--json'], {})).toBe('table')
})

it('gives --watch its default where it stands alone', () => {
  expect(withWatchInterval(['topics', 'list', '--watch'])).toEqual(['topics', 'list', '--watch=2s'])
  expect(withWatchInterval(['--watch=5s', '--', '--watch'])).toEqual(['--watch=5s', '--', '--watch'])
  expect(withWatchInterval(['--watch', '5s'])).toEqual(['--watch', '5s'])
  expect(hasFlag(['--', '--debug'], '--debug')).toBe(false)
})
