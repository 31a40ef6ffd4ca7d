import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import ContextAdd from '../commands/context/add.ts'
import ContextCurrent from '../commands/context/current.ts'
import ContextList from '../commands/context/list.ts'
import ContextRemove from '../commands/context/remove.ts'
import ContextSet from '../commands/context/set.ts'
import ContextShow from '../commands/context/show.ts'
import ContextUse from '../commands/context/use.ts'
import TopicsList from '../commands/topics/list.ts'
import { runCommand, temporaryHome } from '../testing-support/run-command.ts'

let home: string
beforeEach(() => {
  home = temporaryHome()
})

async function effective(argv: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = home) {
  const { stdout } = await runCommand(ContextShow, ['--effective', '-o', 'json', ...argv], { home, env, cwd })
  const { items } = JSON.parse(stdout) as { items: { name: string; value: string | null; source: string }[] }
  return Object.fromEntries(items.map(({ name, value, source }) => [name, `${value} from ${source}`]))
}

describe('precedence', () => {
  it('is flag, environment, project file, context, default', async () => {
    const project = join(home, 'project', 'sub')
    mkdirSync(project, { recursive: true })
    mkdirSync(join(home, 'project', '.git'))
    expect(await effective([])).toMatchObject({
      brokers: 'localhost:9092 from default',
      timeout: '10s from default',
      context: 'null from default',
    })
    await runCommand(ContextAdd, ['prod', '--brokers', 'c1:1,c2:2', '--timeout', '3s', '--protected', '--use'], { home })
    expect(await effective([])).toMatchObject({
      brokers: 'c1:1,c2:2 from context prod',
      timeout: '3s from context prod',
      protected: 'true from context prod',
    })
    const file = join(home, 'project', '.kafka-ts.yaml')
    writeFileSync(file, 'brokers: p1:1\n')
    expect(await effective([], {}, project)).toMatchObject({ brokers: `p1:1 from ${file}`, timeout: '3s from context prod' })
    expect(await effective([], { KAFKA_TS_BROKERS: 'e1:1' }, project)).toMatchObject({ brokers: 'e1:1 from KAFKA_TS_BROKERS' })
    expect(await effective(['-b', 'f1:1'], { KAFKA_TS_BROKERS: 'e1:1' }, project)).toMatchObject({ brokers: 'f1:1 from flag --brokers' })
  })

  it('means a context of the command line more than brokers of the project', async () => {
    await runCommand(ContextAdd, ['prod', '--brokers', 'c1:1'], { home })
    writeFileSync(join(home, '.kafka-ts.yaml'), 'brokers: p1:1\n')
    expect(await effective(['--context', 'prod'])).toMatchObject({ brokers: 'c1:1 from context prod' })
  })

  it('means a context of the environment more than the project too, in everything', async () => {
    await runCommand(ContextAdd, ['prod', '--brokers', 'c1:1', '--timeout', '3s'], { home })
    const project = join(home, 'named')
    mkdirSync(project, { recursive: true })
    writeFileSync(join(project, '.kafka-ts.yaml'), 'brokers: p1:1\ntimeout: 9s\n')
    expect(await effective([], { KAFKA_TS_CONTEXT: 'prod' }, project)).toMatchObject({
      timeout: '3s from context prod',
      brokers: 'c1:1 from context prod',
    })
  })

  it('does not look for a project file above the root of the repository', async () => {
    mkdirSync(join(home, 'repo', '.git'), { recursive: true })
    writeFileSync(join(home, '.kafka-ts.yaml'), 'brokers: p1:1\n')
    expect(await effective([], {}, join(home, 'repo'))).toMatchObject({ brokers: 'localhost:9092 from default' })
  })
})

describe('contexts', () => {
  it('are added, used, changed, listed and removed', async () => {
    expect((await runCommand(ContextAdd, ['prod', '-b', 'b1:9092', '--color', 'red'], { home })).exit).toBe(0)
    expect((await runCommand(ContextAdd, ['prod', '-b', 'b1:9092'], { home })).exit).toBe(7)
    expect((await runCommand(ContextCurrent, [], { home })).exit).toBe(3)
    expect((await runCommand(ContextUse, ['nosuch'], { home })).exit).toBe(3)
    expect((await runCommand(ContextUse, ['prod'], { home })).exit).toBe(0)
    expect((await runCommand(ContextCurrent, [], { home })).stdout).toBe('prod\n')
    await runCommand(ContextSet, ['prod', '--brokers', 'b2:9092', '-X', 'client.id=me'], { home })
    expect((await runCommand(ContextList, [], { home })).stdout).toBe(' CURRENT NAME BROKERS PROTECTED\n *       prod b2:9092 no\n')
    expect(JSON.parse((await runCommand(ContextShow, ['-o', 'json'], { home })).stdout)).toMatchObject({
      items: [{ name: 'prod', color: 'red', properties: { 'client.id': 'me' } }],
    })
    expect((await runCommand(ContextRemove, ['prod'], { home })).exit).toBe(0)
    expect((await runCommand(ContextList, ['-o', 'name'], { home })).stdout).toBe('')
    expect((await runCommand(ContextCurrent, [], { home })).exit).toBe(3)
  })

  it('are kept in a file only the owner reads, whose other content stays', async () => {
    const file = join(home, 'config.yaml')
    writeFileSync(file, 'dashboard:\n  refresh: 2s\n')
    await runCommand(ContextAdd, ['local', '-b', 'b1:9092'], { home })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toBe('dashboard:\n  refresh: 2s\ncontexts:\n  local:\n    brokers:\n      - b1:9092\n')
  })

  it('are not changed by a dry run', async () => {
    await runCommand(ContextAdd, ['local', '-b', 'b1:9092', '--dry-run'], { home })
    expect((await runCommand(ContextList, ['-o', 'name'], { home })).stdout).toBe('')
  })

  it('that ask for what this version cannot do are refused, never used without it', async () => {
    writeFileSync(join(home, 'config.yaml'), 'contexts:\n  prod:\n    brokers: [b1:9092]\n    tls: {ca: ca.pem}\n')
    const { exit, error, connected } = await runCommand(TopicsList, ['--context', 'prod'], { home })
    expect(exit).toBe(2)
    expect(String(error)).toContain('tls is not supported')
    expect(connected).toBeUndefined()
  })

  it.each([
    ['contexts: 3\n', 'contexts is not a mapping'],
    ['contexts: {a: {brokers: []}}\n', 'no broker is named'],
    ['contexts: {a: {brokers: 3}}\n', 'brokers is not a list'],
    ['contexts: {a: {brokers: ["b1:x"]}}\n', 'b1:x is not host:port'],
    ['contexts: {a: {brokers: [b], colour: red}}\n', 'colour is not known'],
    ['contexts: [\n', 'is not YAML'],
  ])('in a file like %j end with exit 2', async (text, message) => {
    writeFileSync(join(home, 'config.yaml'), text)
    const { exit, error } = await runCommand(ContextList, [], { home })
    expect([exit, String(error)]).toEqual([2, expect.stringContaining(message)])
  })
})

describe('-X', () => {
  it('reaches the client by the Kafka name', async () => {
    const { connected } = await runCommand(TopicsList, ['-X', 'client.id=me', '-X', 'retry.backoff.ms=7', '--timeout', '3s'], { home })
    expect(connected).toMatchObject({ clientId: 'me', retryBackoffMs: 7, requestTimeoutMs: 3000, brokers: ['localhost:9092'] })
  })

  it('refuses what is unknown, does not fit, or would be ignored', async () => {
    const message = async (property: string) => String((await runCommand(TopicsList, ['-X', property], { home })).error)
    expect(await message('client.idd=x')).toContain('client.idd is not a property')
    expect(await message('retry.backoff.ms=soon')).toContain('is not a number')
    expect(await message('linger.ms=5')).toContain('this command has no producer')
  })
})
