import { describe, expect, it } from 'vitest'
import { displayWidth } from '../../output/table.ts'
import { keys, startTestDashboard, type TestDashboard } from '../testing-support/test-dashboard.ts'

process.env['TZ'] = 'UTC'

/** How each screen is reached from the start. */
const tours: Readonly<Record<string, (test: TestDashboard) => Promise<void>>> = {
  groups: async () => undefined,
  'group-partitions': ({ press }) => press(keys.enter),
  'group-members': ({ press }) => press(keys.enter, keys.tab),
  partition: ({ press }) => press(keys.enter, keys.enter),
  topics: ({ press }) => press('2'),
  'topic-groups': ({ press }) => press('2', keys.down, keys.down, keys.enter),
  leaders: ({ press }) => press('3'),
  brokers: ({ press }) => press('4'),
  help: ({ press }) => press('?'),
  reset: ({ press }) => press(keys.enter, 'x'),
}
const sizes = [
  { columns: 60, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 44, rows: 8 },
]

// biome-ignore lint/suspicious/noControlCharactersInRegex: sequences begin with one
const sequence = /\u001b\[([0-9;]*)m/g

/** Sequences as they can be read: {31}, {0}. */
function readable(line: string): string {
  return line.replaceAll(sequence, '{$1}')
}

describe.each(Object.entries(tours))('the screen %s', (name, tour) => {
  it('looks as it did when it was last looked at, in each size, with colours and without', async () => {
    const test = await startTestDashboard()
    await test.clock.advance(60_000)
    await tour(test)
    await test.clock.advance(2000)
    const pictures: string[] = []
    for (const size of sizes) {
      test.dashboard.resize(size)
      for (const hasColor of [false, true]) {
        const frame = test.frame({ hasColor, badgeColor: 'red' })
        expect(frame.length).toBeLessThanOrEqual(size.rows)
        if (!hasColor) for (const line of frame) expect(displayWidth(line)).toBeLessThanOrEqual(size.columns)
        const title = `${size.columns}x${size.rows}${hasColor ? ' in colour' : ''}`
        pictures.push([`=== ${title}`, ...frame.map((line) => readable(line).trimEnd())].join('\n'))
      }
    }
    await test.end()
    await expect(`${pictures.join('\n')}\n`).toMatchFileSnapshot(`./goldens/${name}.txt`)
  })
})

describe('every screen', () => {
  it.each(Object.entries(tours))('%s fits any terminal: no line is wider, no frame higher', async (_name, tour) => {
    const test = await startTestDashboard()
    await tour(test)
    for (let columns = 1; columns <= 140; columns += 7) {
      for (const rows of [1, 2, 5, 11, 12, 13, 24, 50]) {
        test.dashboard.resize({ columns, rows })
        const frame = test.frame()
        expect(frame.length).toBeLessThanOrEqual(rows)
        for (const line of frame) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
      }
    }
    await test.end()
  })

  it.each(Object.entries(tours))('%s is plain ASCII when asked', async (_name, tour) => {
    const test = await startTestDashboard()
    await tour(test)
    test.dashboard.resize({ columns: 120, rows: 40 })
    expect(test.frame({ isAscii: true }).join('').replaceAll(sequence, '')).toMatch(/^[\x20-\x7e]*$/)
    await test.end()
  })

  it.each(Object.entries(tours))('%s without colour has no sequence but inverse video', async (_name, tour) => {
    const test = await startTestDashboard()
    await tour(test)
    const sequences = new Set(test.frame().join('').match(sequence))
    for (const found of sequences) expect(['\u001b[7m', '\u001b[0m']).toContain(found)
    await test.end()
  })
})
