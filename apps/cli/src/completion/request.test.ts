import { expect, it } from 'vitest'
import { loadAllCommands } from '../docs/load-commands.ts'
import { completionAt, type Wanted } from './request.ts'

const commands = await loadAllCommands()
const topics = new Map([
  ['topics', 'Look after topics'],
  ['groups', 'See who lags'],
])

function at(...words: readonly string[]): Wanted | undefined {
  return completionAt(commands, topics, words)
}

function values(wanted: Wanted | undefined): readonly string[] {
  return wanted?.kind === 'words' ? wanted.candidates.map(({ value }) => value) : []
}

it('offers commands one word at a time, and none that is hidden', () => {
  expect(values(at(''))).toEqual(expect.arrayContaining(['topics', 'groups', 'consume', 'doctor']))
  expect(values(at(''))).not.toContain('__complete')
  expect(values(at('groups', ''))).toEqual(['delete', 'delete-offsets', 'describe', 'lag', 'list', 'peek', 'reset'])
  expect(at('top')).toMatchObject({
    candidates: expect.arrayContaining([{ value: 'topics', description: 'Look after topics' }]) as unknown,
  })
})

it('offers flags that are not there yet, and repeatable ones again', () => {
  const flags = values(at('topics', 'create', 'x', '--if-not-exists', '-c', 'a=1', '--'))
  expect(flags).toContain('--config')
  expect(flags).toContain('--partitions')
  expect(flags).not.toContain('--if-not-exists')
})

it('offers the values of a flag, after a blank and after an equals sign', () => {
  expect(values(at('groups', 'list', '--type', ''))).toEqual(['classic', 'consumer'])
  expect(at('topics', 'list', '--output=j')).toMatchObject({ kind: 'words', before: '--output=' })
  expect(at('groups', 'list', '--topic', '')).toEqual({ kind: 'live', of: 'topic', before: '' })
  expect(at('groups', 'reset', 'g', '--to-group=')).toEqual({ kind: 'live', of: 'group', before: '--to-group=' })
})

it('knows what each argument names, past flags and their values', () => {
  expect(at('topics', 'describe', 'a', '')).toMatchObject({ of: 'topic' })
  expect(at('groups', 'describe', '')).toMatchObject({ of: 'group' })
  expect(at('context', 'use', '')).toMatchObject({ of: 'context' })
  expect(at('brokers', 'describe', '--timeout', '5s', '')).toMatchObject({ of: 'broker' })
  expect(at('produce', '--acks', 'all', 'orders', '')).toEqual({ kind: 'files' })
  expect(at('consume', '--', '')).toMatchObject({ of: 'topic' })
  expect(at('topics', 'create', '')).toBeUndefined()
  expect(at('topics', 'list', '--watch', '')).toMatchObject({ of: 'topic' })
})

it('leaves what it does not know to the user', () => {
  expect(at('topics', 'describe', '--nosuch=')).toBeUndefined()
  expect(at('topics', 'alter', 'orders', 'x', '')).toBeUndefined()
})
