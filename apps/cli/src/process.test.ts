import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CommandLine, firstOutput } from './testing-support/command-line.ts'

// The command as a whole process, from its build: exit codes, signals and pipes are promises of the process, not of its functions.
const commandLine = new CommandLine()
const { bin, env, home } = commandLine
const start = commandLine.start.bind(commandLine)
const kafkaTs = commandLine.run.bind(commandLine)
afterAll(() => commandLine.end())

describe('without a broker', () => {
  it('answers a flag it does not know with exit 2 and less than 1 kB, in JSON too', async () => {
    const { code, stdout, stderr } = await kafkaTs(['topics', 'list', '--regx', '--json'])
    expect(code).toBe(2)
    expect(stdout.length + stderr.length).toBeLessThan(1024)
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'USAGE',
        message: 'Unknown flag: --regx',
        exit: 2,
        retriable: false,
        suggestions: ['did you mean --regex?', 'kafka-ts topics list --help'],
      },
    })
    expect(stderr).toContain(' ›   Error: Unknown flag: --regx\n')
  })

  it.each([
    ['a format it does not know', ['topics', 'list', '-o', 'xml'], 'to be one of: table'],
    ['a missing argument', ['topics', 'describe'], 'Missing 1 required arg'],
    ['a command it does not know', ['topics', 'lst'], 'did you mean kafka-ts topics list?'],
    ['a topic of commands it does not know', ['topcs', 'list'], 'did you mean kafka-ts topics list?'],
    ['an argument too many', ['brokers', 'list', 'x'], 'takes no arguments'],
    ['a flag before the command', ['--json', 'topics', 'list'], 'flags come after it'],
    [
      'a value that does not fit',
      ['topics', 'list', '--timeout', 'soon'],
      'Error: --timeout: soon is not a duration: write 500ms, 10s, 5m, 2h or 7d.\n',
    ],
    ['flags that exclude each other', ['topics', 'list', '--json', '-o', 'yaml'], 'cannot also be provided'],
  ])('answers %s with exit 2', async (_what, argv, message) => {
    const { code, stderr } = await kafkaTs(argv)
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  })

  it('exits 5 when nobody listens', async () => {
    const { code, stdout, stderr } = await kafkaTs(['topics', 'list', '-b', '127.0.0.1:1', '--timeout', '500ms', '-o', 'json'])
    expect([code, JSON.parse(stdout)]).toMatchObject([5, { error: { exit: 5, retriable: true } }])
    expect(stderr).toContain('kafka-ts broker start')
  })

  it('exits 5 within the time-out when what listens never answers', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address() as { port: number }
    const { code } = await kafkaTs(['topics', 'list', '-b', `127.0.0.1:${address.port}`, '--timeout', '500ms'])
    server.close()
    expect(code).toBe(5)
  })

  it('prints help and its version on stdout with exit 0', async () => {
    expect(await kafkaTs(['topics', '--help'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('topics create') as string,
    })
    expect(await kafkaTs(['--version'])).toMatchObject({ code: 0, stderr: '' })
  })

  it.skipIf(process.platform !== 'linux')('says in a line why its output cannot be written', async () => {
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, [bin, '--version'], { cwd: home, env, stdio: ['ignore', full, 'pipe'] })
    closeSync(full)
    const [stderr, [code]] = await Promise.all([text(child.stderr as Readable), once(child, 'exit')])
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^ › {3}Error: Cannot write the output: ENOSPC.*\n › {3}Code: ENOSPC\n$/)])
  })

  it('uses no colour and no character beyond ASCII when asked', async () => {
    const { stderr } = await kafkaTs(['topics', 'lst', '--ascii'], { extraEnv: { NO_COLOR: '1', FORCE_COLOR: '1' } })
    expect(stderr).toMatch(/^[\n\x20-\x7e]*$/)
  })
})

describe('with a broker', () => {
  const records = 20_000
  const lines = Array.from({ length: records }, (_, i) => `{"file":"f${i % 100}","n":${i},"text":"é\u2028"}`)
  let broker: ReturnType<typeof start>
  let brokers: Record<string, string>

  beforeAll(async () => {
    const running = await commandLine.startBroker()
    broker = running.broker
    brokers = { KAFKA_TS_BROKERS: running.address }
  })

  afterAll(async () => {
    if (broker.exitCode !== null) return
    broker.kill('SIGKILL')
    await once(broker, 'exit')
  })

  it('gives back every line byte for byte, and per key in order', async () => {
    expect(await kafkaTs(['topics', 'create', 'changes', '-p', '6'], { extraEnv: brokers })).toMatchObject({ code: 0, stderr: '' })
    const produced = await kafkaTs(['produce', 'changes', '--input', 'lines', '--key-field', 'file'], {
      extraEnv: brokers,
      input: lines.join('\n'),
    })
    expect(produced).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^20,000 records .* written to changes/) as string,
    })
    const consumed = await kafkaTs(['consume', 'changes', '--from', 'start', '--exit-at-end', '-f', '%k\\t%v\\n'], { extraEnv: brokers })
    expect(consumed).toMatchObject({ code: 0, stderr: '' })
    const byKey = (pairs: readonly (readonly [string, string])[]) => Object.fromEntries([...Map.groupBy(pairs, ([key]) => key)].sort())
    const expected = lines.map((line) => [(JSON.parse(line) as { file: string }).file, line] as const)
    const received = consumed.stdout
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)] as const)
    expect(byKey(received)).toEqual(byKey(expected))
  })

  it('counts them in the offsets', async () => {
    const { stdout } = await kafkaTs(['topics', 'offsets', 'changes', '--at', 'latest', '-o', 'json'], { extraEnv: brokers })
    const { items } = JSON.parse(stdout) as { items: { offset: string }[] }
    expect([items.length, items.reduce((sum, { offset }) => sum + Number(offset), 0)]).toEqual([6, records])
  })

  it('exits 3, 6 and 7 for what is missing, partly missing and there already', async () => {
    expect((await kafkaTs(['topics', 'describe', 'nosuch'], { extraEnv: brokers })).code).toBe(3)
    expect((await kafkaTs(['topics', 'describe', 'changes', 'nosuch'], { extraEnv: brokers })).code).toBe(6)
    expect((await kafkaTs(['topics', 'create', 'changes'], { extraEnv: brokers })).code).toBe(7)
  })

  it('exits 2 when the file to produce is a directory', async () => {
    const { code, stderr } = await kafkaTs(['produce', 'changes', home], { extraEnv: brokers })
    expect([code, stderr]).toEqual([2, expect.stringContaining(`Cannot read ${home}: it is a directory.`)])
  })

  it('creates a topic for the first record', async () => {
    expect((await kafkaTs(['produce', 'fresh', '-k', 'a'], { extraEnv: brokers, input: 'b' })).code).toBe(0)
    expect((await kafkaTs(['consume', 'fresh', '-e', '-f', '%k=%v'], { extraEnv: brokers })).stdout).toBe('a=b')
  })

  it('ends quietly with exit 0 when its reader goes away', async () => {
    const child = start(['consume', 'changes', '--from', 'start'], brokers)
    const errors = text(child.stderr)
    await firstOutput(child)
    child.stdout.destroy()
    const [[code], stderr] = await Promise.all([once(child, 'exit'), errors])
    expect([code, stderr]).toEqual([0, ''])
  })

  it('ends quietly when only its first line is wanted', async () => {
    const { code, stdout, stderr } = await commandLine.shell(
      'set -o pipefail; kafka-ts consume changes --from start -e | head -1 && kafka-ts topics list | head -1',
      brokers,
    )
    expect([code, stderr, stdout.split('\n').at(-2)]).toEqual([0, '', ' NAME    PARTS RF ISR CLEANUP'])
  })

  it('starts quickly: a list costs less than six and a half starts of a bare Node', { timeout: 60_000 }, async () => {
    // Processor time, which other work on the machine hardly changes. Under five at present; without the manifest it is nearly eight.
    const secondsOf = async (command: string) => {
      const { stderr } = await commandLine.shell(`${command}; TIMEFORMAT='%3U %3S'; time for i in {1..9}; do ${command}; done`, brokers)
      const [user, system] = stderr.trim().split(' ').map(Number)
      return user! + system!
    }
    const list = await secondsOf('kafka-ts topics list > /dev/null')
    expect(list / (await secondsOf(`"${process.execPath}" -e 0`))).toBeLessThan(6.5)
  })

  it('ends consume with 0 at ctrl-C, and a repeated command with 130', async () => {
    const consumer = start(['consume', 'changes', '--from', 'start'], brokers)
    await firstOutput(consumer)
    consumer.stdout.resume()
    consumer.kill('SIGINT')
    expect((await once(consumer, 'exit'))[0]).toBe(0)
    const watcher = start(['topics', 'list', '--watch'], brokers)
    await firstOutput(watcher)
    watcher.kill('SIGINT')
    expect((await once(watcher, 'exit'))[0]).toBe(130)
  })

  it('sends what it has read when produce is interrupted, and exits 130', async () => {
    const child = start(['produce', 'changes', '--tee'], brokers)
    const errors = text(child.stderr)
    child.stdin.write('one\n')
    await firstOutput(child)
    child.kill('SIGINT')
    const [[code], stderr] = await Promise.all([once(child, 'exit'), errors])
    expect([code, stderr]).toEqual([130, expect.stringContaining('1 record (3 B) written to changes')])
  })

  it('stops the broker cleanly at SIGTERM', async () => {
    broker.kill('SIGTERM')
    broker.kill('SIGTERM')
    expect((await once(broker, 'exit'))[0]).toBe(0)
  })
})
