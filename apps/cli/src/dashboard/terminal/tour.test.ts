import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Kafka } from '@kafka-ts/client'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { BuiltBroker, commandPath } from '../testing-support/built-broker.ts'
import { bytes, hasPseudoTerminals, PseudoTerminal } from '../testing-support/pseudo-terminal.ts'

// The dashboard as a user has it: the built command in a terminal, on a broker of its own. The terminal is one that `script` makes: that is part of
// every Debian, tmux is not.
const isPossible = hasPseudoTerminals()
if (!isPossible && process.env['CI'] === 'true' && process.platform === 'linux')
  throw new Error('script and stty (util-linux, coreutils) are missing')

// Several waits of a busy machine.
vi.setConfig({ testTimeout: 120_000 })

describe.skipIf(!isPossible)('the dashboard in a terminal (needs script and stty of util-linux and coreutils)', () => {
  const home = mkdtempSync(join(tmpdir(), 'kafka-ts-tour-'))
  const env = { PATH: process.env['PATH'], HOME: home, XDG_CONFIG_HOME: home, TZ: 'UTC' }
  const broker = new BuiltBroker(home)
  let terminal: PseudoTerminal

  async function openTerminal(): Promise<void> {
    terminal = new PseudoTerminal({ columns: 80, rows: 24, env: { ...env, KAFKA_TS_BROKERS: broker.address } })
    await terminal.see(/^\$ ?$/)
  }

  function startDashboard(flags = ''): void {
    terminal.type(`${process.execPath} ${commandPath} dashboard --refresh 500ms ${flags}; echo "ended with $?"\n`)
  }

  beforeAll(async () => {
    await broker.start()
    const kafka = new Kafka({ brokers: [broker.address] })
    await kafka.admin.createTopics([
      { topic: 'payments', partitions: 3 },
      { topic: 'orders', partitions: 2 },
    ])
    const producer = kafka.producer()
    for (let partition = 0; partition < 3; partition++)
      for (let count = 0; count < 200; count++) void producer.send('payments', { partition, value: 'x' })
    for (let count = 0; count < 50; count++) void producer.send('orders', { partition: 0, value: 'x' })
    await producer.flush()
    await kafka.admin.commitGroupOffsets(
      'payments-settle',
      [0, 1, 2].map((partition) => ({ topic: 'payments', partition, offset: 100 - partition * 10 })),
    )
    await kafka.admin.commitGroupOffsets('orders-projector', [{ topic: 'orders', partition: 0, offset: 20 }])
    await kafka.admin.commitGroupOffsets('done-already', [{ topic: 'orders', partition: 0, offset: 50 }])
    await kafka.close()
  })

  afterEach(() => terminal?.close())

  afterAll(async () => {
    await broker.kill()
    rmSync(home, { recursive: true, force: true })
  })

  it('shows everything on one tour, and leaves the terminal as it was', async () => {
    await openTerminal()
    terminal.type('echo before\n')
    await terminal.see(/^before$/)
    const settings = terminal.settings()
    startDashboard()
    await terminal.see(/▸ payments-settle .*○ EMPTY .* 330 /)
    expect([terminal.screen.isAlternate, terminal.screen.isCursorVisible]).toEqual([true, false])

    terminal.type('a')
    await terminal.see(/done-already/)
    terminal.type('/orders')
    await terminal.until(
      'the filter',
      (lines) => lines.some((line) => line.includes('orders-projector')) && !lines.some((line) => line.includes('payments-settle')),
    )
    terminal.type(`${bytes.enter}${bytes.escape}`)
    await terminal.see(/payments-settle/)
    terminal.type('N')
    await terminal.until('names from A on', (lines) => lines[2]!.includes('GROUP ↑') && lines[3]!.includes('done-already'))
    terminal.type('L')
    await terminal.see(/LAG ↓/)

    terminal.type(`g${bytes.enter}`)
    await terminal.see(/Groups › payments-settle/)
    await terminal.see(/▸ payments +2 .* 120 /)
    terminal.type('x')
    await terminal.see(/Reset offsets · payments-settle/)
    await terminal.see(/payments +0 +100 +0 +-100/)
    terminal.type(bytes.right)
    await terminal.see(/payments +0 +100 +200 +\+100/)
    await terminal.see(/Only a preview: start with --allow-writes/)
    terminal.type(bytes.escape)
    await terminal.see(/▸ payments +2 /)
    terminal.type(bytes.enter)
    await terminal.see(/payments-settle › payments\/2/)

    terminal.resize(120, 40)
    await terminal.until('the last row of 40', (lines) => lines[39]!.includes('q quit'))
    terminal.resize(50, 10)
    terminal.type('1')
    await terminal.until('the compact list', (lines) => /^○ payments-settle +330/.test(lines[0] ?? ''))
    terminal.resize(80, 24)
    await terminal.see(/▸ payments-settle .* 330 /)

    for (const [key, sight] of [
      ['2', /▸ orders +2 /],
      ['3', /5 partitions/],
      ['4', /running/],
      ['?', /a page at a time/],
    ] as const) {
      terminal.type(key)
      await terminal.see(sight)
    }
    terminal.type('1p')
    await terminal.see(/paused/)
    terminal.type('p+')
    await terminal.see(/every 0.5s/)

    terminal.type('q')
    await terminal.see(/ended with 0$/)
    expect(terminal.screen.text().join('\n')).toContain('before')
    expect([terminal.screen.isAlternate, terminal.screen.isCursorVisible]).toEqual([false, true])
    expect(terminal.settings()).toBe(settings)
  })

  it('keeps its rows while the broker is down, says so, and goes on when it is back', async () => {
    await openTerminal()
    startDashboard()
    await terminal.see(/▸ payments-settle .* 330 /)
    await broker.kill()
    const down = await terminal.see(/! no data for \d+s; rows are of \d\d:\d\d:\d\d; next try in/)
    expect(down.join('\n')).toMatch(/payments-settle .* 330 /)
    await broker.start()
    terminal.type(bytes.ctrlR)
    await terminal.until(
      'no banner',
      (lines) => !lines.some((line) => line.includes('no data')) && lines.some((line) => /payments-settle .* 330 /.test(line)),
    )
    terminal.type(bytes.ctrlC)
    await terminal.see(/ended with 0$/)
  })

  it('resets offsets once that is allowed and the name is typed', async () => {
    await openTerminal()
    startDashboard('--allow-writes')
    await terminal.see(/▸ payments-settle/)
    terminal.type(`${bytes.enter}`)
    await terminal.see(/› payments-settle/)
    terminal.type('x')
    await terminal.see(/Type the group name to apply/)
    terminal.type(`${bytes.tab}payments-settl${bytes.enter}`)
    await terminal.see(/that is not the name of the group/)
    terminal.type(`e${bytes.enter}`)
    await terminal.see(/Reset 3 partitions of payments-settle/)
    await terminal.see(/▸ payments +0 .* 0 +200 +200 /)
    terminal.type('q')
    await terminal.see(/ended with 0$/)
  })

  it('prints a plain table anywhere with --once, and JSON', async () => {
    const run = (...flags: string[]) =>
      promisify(execFile)(process.execPath, [commandPath, 'dashboard', '--once', ...flags], {
        env: { ...env, KAFKA_TS_BROKERS: broker.address },
      })
    const { stdout, stderr } = await run()
    expect(stdout).toMatch(/^ GROUP +STATUS +MEMBERS +LAG +TIME +DELTA\/S +ETA\n/)
    expect(stdout).toMatch(/ orders-projector +EMPTY +0 +30 /)
    expect([stdout, stderr]).toEqual([expect.not.stringContaining('\u001b'), ''])
    const { items } = JSON.parse((await run('--json')).stdout) as { items: { groupId: string; lag: string }[] }
    expect(items.find(({ groupId }) => groupId === 'orders-projector')).toMatchObject({ lag: '30', status: 'EMPTY' })
  })

  /** Starts the dashboard so that its process can be found. */
  async function startWithPid(extraEnv = ''): Promise<number> {
    const file = join(home, 'pid')
    rmSync(file, { force: true })
    terminal.type(`${extraEnv} sh -c 'echo $$ > ${file}; exec ${process.execPath} ${commandPath} top'; echo "ended with $?"\n`)
    await terminal.see(/▸ \S+ .*○ EMPTY/)
    return Number(readFileSync(file, 'utf8'))
  }

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 0],
  ] as const)('restores the terminal at %s and ends with %i', async (signal, code) => {
    await openTerminal()
    const settings = terminal.settings()
    const pid = await startWithPid()
    expect(terminal.settings()).not.toBe(settings)
    process.kill(pid, signal)
    await terminal.see(new RegExp(`ended with ${code}$`))
    expect([terminal.screen.isAlternate, terminal.screen.isCursorVisible, terminal.settings()]).toEqual([false, true, settings])
  })

  it('restores the terminal when it crashes, and then says why', async () => {
    const planted = join(home, 'planted.mjs')
    writeFileSync(planted, "setTimeout(() => { throw new Error('a planted error') }, 3000)\n")
    await openTerminal()
    const settings = terminal.settings()
    await startWithPid(`NODE_OPTIONS='--import=${planted}'`)
    await terminal.see(/ended with 1$/)
    expect([terminal.screen.isAlternate, terminal.screen.isCursorVisible, terminal.settings()]).toEqual([false, true, settings])
    expect(terminal.screen.text().join('\n')).toContain('a planted error')
  })
})
