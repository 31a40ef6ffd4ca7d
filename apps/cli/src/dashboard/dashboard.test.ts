import { describe, expect, it } from 'vitest'
import { keys, startTestDashboard, type TestDashboard } from './testing-support/test-dashboard.ts'
import { ctrl } from './ui/key-press.ts'

process.env['TZ'] = 'UTC'

/** The names in the first column of the list on screen. */
function names(test: TestDashboard): string[] {
  const lines = test.frame()
  const header = lines.findIndex((line) => /^ {2}[A-Z]+/.test(line))
  const rows = lines.slice(header + 1)
  return rows.slice(0, rows.indexOf('') === -1 ? -1 : rows.indexOf('')).map((line) => plain(line).slice(2).split(' ')[0] ?? '')
}

function plain(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: sequences begin with one
  return line.replaceAll(/\u001b\[[0-9;]*m/g, '')
}

function selected(test: TestDashboard): string {
  const line = test
    .frame()
    .map(plain)
    .find((candidate) => candidate.startsWith('▸'))
  return line?.slice(2).split(' ')[0] ?? ''
}

/** Opens a group by its name. */
async function openGroup(test: TestDashboard, name: string): Promise<void> {
  await test.press('/', name, keys.enter, keys.enter)
}

function text(test: TestDashboard): string {
  return test.frame().map(plain).join('\n')
}

describe('moving about', () => {
  it('opens what the cursor is on and comes back to it', async () => {
    const test = await startTestDashboard()
    await test.press('jj')
    const before = selected(test)
    await test.press(keys.enter)
    expect(test.frame()[0]).toContain(`› ${before}`)
    await test.press(keys.escape)
    expect(selected(test)).toBe(before)
    await test.end()
  })

  it('stays on a group when the order changes', async () => {
    const test = await startTestDashboard()
    await test.press('j')
    const before = selected(test)
    await test.press('N', 'N')
    expect(selected(test)).toBe(before)
    await test.end()
  })

  it('goes to the ends and by pages, and never beyond', async () => {
    const test = await startTestDashboard({ size: { columns: 80, rows: 12 } })
    const all = names(test)
    await test.press('G')
    expect(selected(test)).toBe(all.at(-1))
    await test.press(keys.down, keys.pageDown)
    expect(selected(test)).toBe(all.at(-1))
    await test.press('g', keys.up)
    expect(selected(test)).toBe(all[0])
    await test.end()
  })

  it('keeps the cursor in sight in a list longer than the screen', async () => {
    const test = await startTestDashboard({ size: { columns: 80, rows: 12 } })
    for (let index = 0; index < 100; index++)
      test.cluster.groups.push({ groupId: `g-${String(index).padStart(3, '0')}`, committed: { 'audit/0': () => 1900 } })
    await test.clock.advance(2000)
    await test.press('N')
    for (const [key, expected] of [
      [keys.pageDown, 1],
      [keys.end, 0],
      [keys.pageUp, 1],
      [keys.home, 0],
    ] as const) {
      await test.press(key)
      expect(
        test
          .frame()
          .map(plain)
          .filter((line) => line.startsWith('▸')),
        String(expected),
      ).toHaveLength(1)
    }
    await test.press('G')
    expect(test.frame()[1]).toContain('rows 99-106 of 106')
    await test.end()
  })

  it('opens the groups of a topic, and from there a group', async () => {
    const test = await startTestDashboard()
    await test.press('2', 'G', 'k', keys.enter)
    expect(test.frame()[0]).toContain('Topics › payments')
    await test.press(keys.enter)
    expect(test.frame()[0]).toContain('Topics › payments-settle')
    await test.end()
  })

  it('says so when an open group is gone', async () => {
    const test = await startTestDashboard()
    await test.press(keys.enter)
    test.cluster.groups.length = 0
    await test.clock.advance(2000)
    expect(test.frame()[0]).toContain('is gone')
    await test.end()
  })

  it('quits at q and at ctrl-c', async () => {
    for (const key of ['q', ctrl('c')]) {
      const test = await startTestDashboard()
      expect(test.hasEnded()).toBe(false)
      await test.press(key)
      expect(test.hasEnded()).toBe(true)
    }
  })
})

describe('filtering', () => {
  it('filters while it is typed, and letters do nothing else', async () => {
    const test = await startTestDashboard()
    await test.press('/', 'qx?')
    expect(names(test)).toEqual(['Nothing'])
    await test.press(keys.backspace, keys.backspace, keys.backspace, '^(fraud|email)')
    expect(names(test)).toEqual(['fraud-scoring', 'email-dispatch'])
    await test.press(keys.enter)
    expect(test.frame()[1]).toContain('/^(fraud|email)')
    await test.press(keys.escape)
    expect(names(test)).toHaveLength(6)
    await test.end()
  })

  it('inverts with !, and takes what is no regular expression as it stands', async () => {
    const test = await startTestDashboard()
    await test.press('/', '!-')
    expect(names(test)).toEqual(['Nothing'])
    await test.press(keys.escape, '/', '-(')
    expect(names(test)).toEqual(['Nothing'])
    test.cluster.groups.push({ groupId: 'odd-(name', committed: { 'audit/0': () => 0 } })
    await test.clock.advance(2000)
    expect(names(test)).toEqual(['odd-(name'])
    await test.end()
  })
})

describe('sorting', () => {
  it('sorts by the key of a column, and the other way round by the same key', async () => {
    const test = await startTestDashboard()
    await test.press('N')
    const byName = names(test)
    expect(byName).toEqual(byName.toSorted())
    await test.press('N')
    expect(names(test)).toEqual(byName.toReversed())
    await test.end()
  })

  it('puts what is not known last, in either direction', async () => {
    const test = await startTestDashboard()
    expect(names(test).at(-1)).toBe('ledger-v2')
    await test.press('L')
    expect(names(test).at(-1)).toBe('ledger-v2')
    await test.end()
  })

  it('goes through the columns with s', async () => {
    const test = await startTestDashboard()
    const seen = new Set<string>()
    for (let count = 0; count < 9; count++) {
      await test.press('s')
      seen.add(test.dashboard.state().ui.lists.groups.sort)
    }
    expect([...seen].sort()).toEqual(['eta', 'in', 'lag', 'members', 'name', 'out', 'rate', 'status', 'time'])
    await test.end()
  })
})

describe('switches', () => {
  it('i shows issues only: those of a status, and empty groups with lag', async () => {
    const test = await startTestDashboard()
    await test.clock.advance(60_000)
    await test.press('i')
    expect(names(test)).toEqual(['payments-settle', 'fraud-scoring', 'audit-archive', 'ledger-v2'])
    await test.end()
  })

  it('a shows empty groups without lag', async () => {
    const test = await startTestDashboard()
    expect(names(test)).not.toContain('old-migration')
    await test.press('a')
    expect(names(test)).toContain('old-migration')
    await test.end()
  })

  it('h writes numbers exactly', async () => {
    const test = await startTestDashboard()
    expect(text(test)).toContain('120.0K')
    await test.press('h')
    expect(text(test)).toContain('120,000')
    await test.end()
  })

  it('w shows more columns and shorter names', async () => {
    const test = await startTestDashboard()
    expect(text(test)).not.toContain('IN/s')
    await test.press('w')
    expect(text(test)).toContain('IN/s')
    await test.end()
  })

  it('p stops polling, ctrl-r polls once all the same', async () => {
    const test = await startTestDashboard()
    await test.press('p')
    const polls = () => test.cluster.calls.filter((call) => call === 'listGroups').length
    const before = polls()
    await test.clock.advance(60_000)
    expect([polls(), text(test)]).toEqual([before, expect.stringContaining('paused')])
    await test.press(ctrl('r'))
    expect(polls()).toBe(before + 1)
    await test.press('p')
    await test.clock.advance(2000)
    expect(polls()).toBeGreaterThan(before + 1)
    await test.end()
  })

  it('+ and - change how often it polls, at once', async () => {
    const test = await startTestDashboard()
    const polls = () => test.cluster.calls.filter((call) => call === 'listGroups').length
    await test.press('--')
    expect(test.frame()[0]).toContain('every 10s')
    const before = polls()
    await test.clock.advance(9000)
    expect(polls()).toBe(before)
    await test.press('++++++')
    expect(test.frame()[0]).toContain('every 0.5s')
    await test.clock.advance(1000)
    expect(polls()).toBeGreaterThan(before)
    await test.end()
  })
})

describe('when the broker is away', () => {
  it('keeps its rows, dims them, and tells their age and when it tries again', async () => {
    const test = await startTestDashboard()
    const before = names(test)
    test.cluster.down = new Error('connect ECONNREFUSED 127.0.0.1:9092.')
    await test.clock.advance(8000)
    const lines = test.frame({ hasColor: true })
    expect(plain(lines[2]!)).toBe(' ! no data for 8s; rows are of 16:00:00; next try in 8s: connect ECONNREFUSED 12')
    for (const line of lines.slice(4, 10)) expect(line).not.toMatch(/\[3\dm/)
    expect(lines[5]).toContain('\u001b[2m')
    expect(
      test
        .frame()
        .map(plain)
        .filter((line) => before.some((name) => line.includes(name))),
    ).toHaveLength(before.length)
    test.cluster.down = undefined
    await test.clock.advance(40_000)
    expect(text(test)).not.toContain('no data')
    await test.end()
  })

  it('says so when an answer is late', async () => {
    const test = await startTestDashboard()
    const held = Promise.withResolvers<void>()
    test.cluster.held = held.promise
    await test.clock.advance(9000)
    expect(text(test)).toContain('! no answer from PROD for 9s')
    held.resolve()
    test.cluster.held = undefined
    await test.clock.advance(10)
    expect(text(test)).not.toContain('no answer')
    await test.end()
  })

  it('says what it waits for before the first answer', async () => {
    const held = Promise.withResolvers<void>()
    const test = await startTestDashboard({ held: held.promise })
    expect(text(test)).toContain('asking PROD ...')
    held.resolve()
    await test.clock.advance(10)
    expect(text(test)).toContain('payments-settle')
    await test.end()
  })
})

describe('the reset preview', () => {
  it('plans each kind of target and changes nothing', async () => {
    const test = await startTestDashboard()
    await openGroup(test, 'payments-settle')
    await test.press('x')
    expect(text(test)).toMatch(/payments +0 +8,860,000 +0 +-8,860,000/)
    await test.press(keys.right)
    expect(text(test)).toMatch(/payments +0 +8,860,000 +8,900,000 +\+40,000/)
    await test.press(keys.right)
    expect(text(test)).toMatch(/payments +0 +8,860,000 +4,450,000/)
    await test.press(keys.right, keys.right)
    expect(text(test)).toMatch(/payments +0 +8,860,000 +8,859,900 +-100/)
    await test.press(keys.tab, keys.backspace, keys.backspace, keys.backspace, keys.backspace, '99999999')
    expect(text(test)).toMatch(/payments +0 +8,860,000 +8,900,000 +\+40,000 +cut to the end/)
    await test.press('x')
    expect(text(test)).toContain('This cannot be done: 99999999x is not a number of records')
    expect(test.cluster.applied).toEqual([])
    await test.end()
  })

  it('leaves out what cannot be shifted: there is no commit', async () => {
    const test = await startTestDashboard()
    await openGroup(test, 'payments-settle')
    await test.press('x', keys.left, keys.left)
    expect(text(test)).not.toContain('refunds')
    await test.end()
  })

  it('copies the command that does the same', async () => {
    const test = await startTestDashboard()
    await openGroup(test, 'payments-settle')
    await test.press('x', 'c')
    expect(test.copied).toEqual(['kafka-ts groups reset payments-settle --to-earliest --all-topics'])
    await test.press(keys.escape, keys.enter, 'x', 'c')
    expect(test.copied[1]).toBe('kafka-ts groups reset payments-settle --to-earliest --topic payments:1')
    await test.end()
  })

  it('does not apply without --allow-writes', async () => {
    const test = await startTestDashboard()
    await test.press('/', 'audit', keys.enter, keys.enter, 'x')
    expect(text(test)).toContain('Only a preview: start with --allow-writes to apply.')
    await test.press(keys.tab, keys.enter, 'audit-archive', keys.enter)
    expect(test.cluster.applied).toEqual([])
    await test.end()
  })

  it('does not apply to a group with members', async () => {
    const test = await startTestDashboard({ canWrite: true })
    await openGroup(test, 'payments-settle')
    await test.press('x')
    expect(text(test)).toContain('Only a preview: 3 members are still at work.')
    await test.press(keys.tab, keys.enter, 'payments-settle', keys.enter)
    expect(test.cluster.applied).toEqual([])
    await test.end()
  })

  it('applies once the name of the group is typed, and only then', async () => {
    const test = await startTestDashboard({ canWrite: true })
    await test.press('/', 'audit', keys.enter, keys.enter, 'x', keys.tab, 'audit', keys.enter)
    expect([test.cluster.applied, text(test)]).toEqual([[], expect.stringContaining('that is not the name of the group')])
    await test.press('-archive', keys.enter)
    expect(test.cluster.applied).toEqual([
      {
        groupId: 'audit-archive',
        offsets: [
          { topic: 'audit', partition: 0, offset: 100 },
          { topic: 'audit', partition: 1, offset: 100 },
        ],
      },
    ])
    expect(text(test)).toContain('Reset 2 partitions of audit-archive.')
    await test.end()
  })

  it('does not fall over when planning fails', async () => {
    const test = await startTestDashboard()
    await test.press(keys.enter)
    test.cluster.down = new Error('gone')
    await test.press('x')
    expect(text(test)).toContain('This cannot be done: gone.')
    await test.end()
  })
})

describe('what keys fetch and give away', () => {
  it('t reads the record at the committed offset: = is exact', async () => {
    const test = await startTestDashboard()
    test.cluster.recordTimes = () => Date.UTC(2026, 10, 22, 15, 55)
    await openGroup(test, 'payments-settle')
    await test.press('t')
    expect(text(test)).toMatch(/▸ payments +1 .* =5m /)
    await test.end()
  })

  it('t says so when there is no such record', async () => {
    const test = await startTestDashboard()
    await openGroup(test, 'payments-settle')
    await test.press('t')
    expect(text(test)).toContain('There is no record at offset 8830000 of payments/1.')
    await test.end()
  })

  it('y copies what is selected', async () => {
    const test = await startTestDashboard()
    await test.press('/', 'payments-settle', keys.enter, 'y', keys.enter, 'y')
    expect(test.copied).toEqual(['payments-settle', 'kafka-ts groups describe payments-settle'])
    await test.end()
  })

  it('ctrl-e writes what is known to a file, offsets as texts', async () => {
    const test = await startTestDashboard()
    await test.press(ctrl('e'))
    const [file] = test.files
    expect(file?.name).toBe('kafka-ts-dashboard-2026-11-22T16-00-00.000Z.json')
    const document = JSON.parse(file?.text ?? '') as { groups: { groupId: string; lag: string; partitions: object[] }[] }
    expect(document.groups[0]).toMatchObject({ groupId: 'payments-settle', lag: '110160', isLowerBound: true })
    expect(document.groups[0]?.partitions).toHaveLength(7)
    await test.end()
  })
})

describe('what it asks of the cluster', () => {
  it('measures disks only while a screen shows them', async () => {
    const test = await startTestDashboard()
    await test.clock.advance(30_000)
    expect(test.cluster.calls).not.toContain('disks')
    await test.press('4')
    expect(test.cluster.calls).toContain('disks')
    expect(text(test)).toContain('30 GiB')
    await test.end()
  })
})
