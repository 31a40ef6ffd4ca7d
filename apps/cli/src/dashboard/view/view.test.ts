import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayWidth } from '../../output/table.ts'
import { parseFilter } from '../ui/filter.ts'
import { formatCount, formatDelta, formatEta, formatRate, formatSpan, formatTimeLag } from './format.ts'
import { glyphsOf } from './glyphs.ts'
import { clip, fitEnd, fitMiddle, fitParts, justify, lineWidth, span } from './line.ts'
import { bar, sparkline } from './sparkline.ts'
import { layoutColumns, type ViewColumn } from './table-view.ts'
import { painterOf } from './theme.ts'

const glyphs = glyphsOf(false)

describe('numbers', () => {
  it.each([
    [0, '0'],
    [12, '12'],
    [999, '999'],
    [999.6, '1.0K'],
    [4100, '4.1K'],
    [142_031, '142.0K'],
    [999_949, '999.9K'],
    [999_951, '1.0M'],
    [2 ** 53, '9.0P'],
  ])('a count of %d is %s', (count, expected) => expect(formatCount(count, 'human')).toBe(expected))

  it('a count is exact when asked', () => expect(formatCount(142_031, 'exact')).toBe('142,031'))

  it.each([
    [0, '0'],
    [5.72, '5.7'],
    [320, '320'],
    [1520, '1.52K'],
    [15_200, '15.2K'],
  ])('a rate of %d is %s', (rate, expected) => expect(formatRate(rate, 'human')).toBe(expected))

  it.each([
    [320, '+320'],
    [-1200, '-1.2K'],
    [5.7, '+5.7'],
    [0.01, '0'],
  ])('a change of %d is %s', (rate, expected) => expect(formatDelta(rate, 'human')).toBe(expected))

  it.each([
    [0, '0s'],
    [999, '<1s'],
    [25_000, '25s'],
    [169_000, '2m49s'],
    [120_000, '2m'],
    [12 * 60_000, '12m'],
    [3 * 3_600_000 + 5 * 60_000, '3h05m'],
    [17 * 3_600_000, '17h'],
    [4.5 * 86_400_000, '4d'],
    [1e15, '999d'],
  ])('%d ms are %s', (ms, expected) => expect(formatSpan(ms)).toBe(expected))

  it('whatever the number, it fits its column', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: Number.MAX_SAFE_INTEGER, noNaN: true }), (number) => {
        expect(formatCount(number, 'human').length).toBeLessThanOrEqual(6)
        expect(formatRate(number, 'human').length).toBeLessThanOrEqual(6)
        expect(formatSpan(number).length).toBeLessThanOrEqual(6)
      }),
    )
  })

  it('tells apart what is nothing, not known, extrapolated and never', () => {
    expect([formatTimeLag(null, '…'), formatTimeLag(undefined, '…'), formatTimeLag({ ms: 7_200_000, isExtrapolated: true }, '…')]).toEqual([
      '-',
      '…',
      '>2h',
    ])
    expect([formatEta(undefined), formatEta('never'), formatEta(32_000)]).toEqual(['-', 'never', '32s'])
  })
})

describe('lines', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => !/\p{Control}|\p{Mark}|\p{Format}|\p{Surrogate}/u.test(text))

  it('are fitted to exactly their width, whatever is in them', () => {
    fc.assert(
      fc.property(name, fc.integer({ min: 1, max: 40 }), (text, width) => {
        expect(displayWidth(fitEnd(text, width, '…'))).toBe(width)
        expect(displayWidth(fitMiddle(text, width, '…'))).toBe(width)
        expect(lineWidth(clip([span(text), span(text)], width))).toBeLessThanOrEqual(width)
      }),
    )
  })

  it('keep both ends of a name', () => expect(fitMiddle('payments-settlement-eu-west', 12, '…')).toBe('paymen…-west'))

  it('cannot be steered by what a cluster holds', () => expect(span('a\u001b[31mb\n').text).toBe('a\\x1b[31mb\\n'))

  it('are put on one line only when both fit', () => {
    expect(
      justify([span('left')], [span('right')], 12)
        .map(({ text }) => text)
        .join(''),
    ).toBe('left   right')
    expect(
      justify([span('left')], [span('right')], 9)
        .map(({ text }) => text)
        .join(''),
    ).toBe('left')
  })

  it('leave out what does not fit, but not what is kept', () => {
    const parts = [{ line: [span('first')] }, { line: [span('second')] }, { line: [span('last')], isKept: true }]
    const fitted = (width: number) =>
      fitParts(parts, { width, gap: span('  '), first: span(' ') })
        .map(({ text }) => text)
        .join('')
    expect([fitted(30), fitted(13), fitted(6)]).toEqual([' first  second  last', ' first  last', ' last'])
  })
})

describe('sparklines', () => {
  it('draw each row to its own scale', () => expect(sparkline([0, 25, 50, 75, 100], 10, glyphs)).toBe('▁▃▅▆█'))

  it('draw what stands still at half height, and nothing at the bottom', () => {
    expect(sparkline([7, 7, 7], 10, glyphs)).toBe('▄▄▄')
    expect(sparkline([0, 0, 0], 10, glyphs)).toBe('▁▁▁')
    expect(sparkline([], 10, glyphs)).toBe('')
  })

  it('keep a spike when there are more values than columns', () => {
    const values = Array.from({ length: 60 }, (_, index) => (index === 31 ? 100 : 1))
    expect(sparkline(values, 10, glyphs)).toContain('█')
    expect([...sparkline(values, 10, glyphs)]).toHaveLength(10)
  })

  it('have a twin in ASCII', () => expect(sparkline([0, 50, 100], 10, glyphsOf(true))).toBe(' =#'))

  it('bars stay within their width', () =>
    expect([bar(0.43, 10, glyphs), bar(2, 4, glyphs), bar(-1, 4, glyphs)]).toEqual(['████', '████', '']))
})

describe('columns', () => {
  const column = (id: string, rank: number, width: number): ViewColumn<{ id: string }> => ({
    id,
    header: id,
    rank,
    width,
    draw: ({ id: text }) => span(text),
  })
  const columns = [column('name', 0, 0), column('b', 2, 10), column('a', 1, 10), column('c', 3, 10)]
  const ids = (width: number, isWide = false) =>
    layoutColumns(columns, { width, numbers: 'human', isWide, longestName: 30 }).map((placed) => `${placed.column.id}${placed.width}`)

  it('give way by rank and keep their order', () => {
    expect(ids(80)).toEqual(['name30', 'b10', 'a10', 'c10'])
    expect(ids(50)).toEqual(['name26', 'b10', 'a10'])
    expect(ids(40)).toEqual(['name27', 'a10'])
    expect(ids(20)).toEqual(['name18'])
  })

  it('take their room from the name when more are wanted', () => expect(ids(50, true)).toEqual(['name15', 'b10', 'a10', 'c10']))
})

describe('themes', () => {
  const line = [span('a', 'good'), span('b', 'bad'), span('c', 'warn'), span('d', 'plain')]
  const paint = (theme: 'default' | 'cvd' | 'mono', hasColor = true) => painterOf({ theme, hasColor, badgeColor: undefined })(line)

  it('use the colours of the terminal only', () => {
    expect(paint('default')).toBe('\u001b[32ma\u001b[0m\u001b[31mb\u001b[0m\u001b[33mc\u001b[0md')
  })

  it('cvd has neither red nor green', () => expect(paint('cvd')).not.toMatch(/\[(?:1;)?(?:31|32|91|92)m/))

  it('mono has no colour, and none without colour', () => {
    expect(paint('mono')).not.toMatch(/\[(?:\d;)?[349]\d?m/)
    expect(paint('default', false)).toBe('abcd')
  })

  it('show what is selected without any colour', () => {
    expect(painterOf({ theme: 'default', hasColor: false, badgeColor: undefined })(line, { isSelected: true })).toBe(
      '\u001b[7mabcd\u001b[0m',
    )
  })
})

describe('filters', () => {
  it.each([
    ['pay', 'PAYMENTS', true],
    ['^pay', 'my-payments', false],
    ['!pay', 'payments', false],
    ['!pay', 'orders', true],
    ['', 'anything', true],
    ['!', 'anything', true],
    ['a(', 'data(1)', true],
  ])('%s on %s: %s', (filter, text, expected) => expect(parseFilter(filter).matches(text)).toBe(expected))
})
