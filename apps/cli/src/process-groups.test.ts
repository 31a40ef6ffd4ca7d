import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CommandLine } from './testing-support/command-line.ts'

// What a person does with groups, as whole processes against a broker.
const commandLine = new CommandLine()
let extraEnv: Record<string, string>

const kafkaTs = (line: string, input = '') =>
  commandLine.run(
    line.split(' ').filter((word) => word !== ''),
    { extraEnv, input },
  )

async function items<Item>(line: string): Promise<readonly Item[]> {
  const { stdout } = await kafkaTs(`${line} --json`)
  return (JSON.parse(stdout) as { readonly items: readonly Item[] }).items
}

beforeAll(async () => {
  extraEnv = { KAFKA_TS_BROKERS: (await commandLine.startBroker()).address }
  await kafkaTs('topics create orders -p 3')
  const lines = Array.from({ length: 300 }, (_, i) => `k${i % 30}\tv${i}`)
  await kafkaTs('produce orders --key-sep \\t', `${lines.join('\n')}\n`)
})
afterAll(() => commandLine.end())

describe('a group', () => {
  it('stays where it is when nothing is committed', async () => {
    const read = await kafkaTs('consume orders --group curious -e')
    expect([read.code, read.stdout.split('\n').length - 1]).toEqual([0, 300])
    expect(await items<{ lag: string | null }>('groups lag curious')).toMatchObject([{ lag: null }])
  })

  it('is exactly where its last written record was, and goes on there', async () => {
    const first = await kafkaTs('consume orders --group billing --commit -e -n 100')
    expect(first.stdout.split('\n').length - 1).toBe(100)
    const [group] = await items<{ partitions: readonly { committedOffset: string | null }[] }>('groups describe billing')
    expect(group?.partitions.reduce((sum, { committedOffset }) => sum + Number(committedOffset ?? 0), 0)).toBe(100)
    const rest = await kafkaTs('consume orders --group billing --commit -e')
    expect([...first.stdout.split('\n'), ...rest.stdout.split('\n')].filter((line) => line !== '').sort()).toEqual(
      Array.from({ length: 300 }, (_, i) => `v${i}`).sort(),
    )
    expect(await kafkaTs('groups lag billing --until-zero --for 5s')).toMatchObject({ code: 0 })
  })

  it('is rewound with a plan and a backup, and brought back', async () => {
    const backup = join(commandLine.home, 'before.csv')
    const dry = await kafkaTs('groups reset billing --to-earliest --all-topics --dry-run')
    expect(dry).toMatchObject({ code: 0, stderr: '' })
    expect((await items<{ lag: string }>('groups lag billing'))[0]?.lag).toBe('0')
    expect(await kafkaTs(`groups reset billing --to-earliest --all-topics --export ${backup}`)).toMatchObject({ code: 2 })
    expect(await kafkaTs(`groups reset billing --to-earliest --all-topics --export ${backup} --yes`)).toMatchObject({ code: 0 })
    expect((await items<{ lag: string }>('groups lag billing'))[0]?.lag).toBe('300')
    expect(readFileSync(backup, 'utf8').trimEnd().split('\n')).toHaveLength(3)
    expect(await kafkaTs('groups lag billing --max-lag 299')).toMatchObject({ code: 8 })
    await kafkaTs(`groups reset billing --from-file ${backup} --yes`)
    expect((await items<{ lag: string }>('groups lag billing'))[0]?.lag).toBe('0')
  })

  it('shows what comes next', async () => {
    await kafkaTs('groups reset billing --to-offset 1 --topic orders --yes')
    const peeked = await items<{ offset: string; position: string }>('groups peek billing --topic orders:0 -B 1 -A 2')
    expect(peeked.map(({ offset, position }) => [offset, position])).toEqual([
      ['0', 'done'],
      ['1', 'next'],
      ['2', 'waiting'],
    ])
  })

  it('with a member is neither reset nor deleted', async () => {
    const member = commandLine.start(['consume', 'orders', '--group', 'busy', '--from', 'start', '--commit'], extraEnv)
    await new Promise((resolve) => member.stdout.once('data', resolve))
    member.stdout.resume()
    expect((await items<{ members: number }>('groups list busy'))[0]?.members).toBe(1)
    expect(await kafkaTs('groups reset busy --to-latest --topic orders --allow-new-topics --yes')).toMatchObject({ code: 7 })
    expect(await kafkaTs('groups delete busy --yes')).toMatchObject({ code: 7 })
    const left = new Promise((resolve) => member.once('exit', resolve))
    member.kill('SIGINT')
    expect(await left).toBe(0)
    expect((await items<{ lag: string; members: number }>('groups lag busy'))[0]).toMatchObject({ lag: '0', members: 0 })
    expect(await kafkaTs('groups delete busy --yes')).toMatchObject({ code: 0 })
  })
})

describe('perf', () => {
  it('sees every record come round', async () => {
    const [result] = await items<{ records: string; failed: string; latency: { percentiles: readonly { ms: number }[] } }>(
      'perf e2e orders --records 40 --rate 200 --percentiles 50,99',
    )
    expect(result).toMatchObject({ records: '40', failed: '0' })
    expect(result?.latency.percentiles.every(({ ms }) => ms > 0)).toBe(true)
  })

  it('reads what was written', async () => {
    expect((await items<{ records: string }>('perf consume orders --clients 2'))[0]?.records).toBe('340')
  })
})

it('doctor finds nothing wrong', async () => {
  expect(await kafkaTs('doctor')).toMatchObject({ code: 0, stderr: '' })
})

it('bash completes the names of topics and groups, after an equals sign too', async () => {
  const complete = (...words: readonly string[]) =>
    commandLine.shell(
      `source <(kafka-ts completion bash); COMP_WORDS=(kafka-ts ${words.join(' ')}); COMP_CWORD=${words.length}; _kafka_ts; printf '%s\\n' "\${COMPREPLY[@]}"`,
      extraEnv,
    )
  expect((await complete('topics', 'describe', 'or')).stdout).toBe('orders\n')
  expect((await complete('groups', 'lag', 'bil')).stdout).toBe('billing\n')
  expect((await complete('groups', 'list', '--topic', '=', 'ord')).stdout).toBe('orders\n')
  expect((await complete('groups', 're')).stdout).toBe('reset\n')
})
