import type { ConfigEntry } from '@kafka-ts/client'
import { expect, it } from 'vitest'
import ConfigsEdit from '../commands/configs/edit.ts'
import { FakeCluster } from '../testing-support/fake-cluster.ts'
import { runCommand } from '../testing-support/run-command.ts'
import { readConfigDocument, writeConfigDocument } from './config-document.ts'

function entry(name: string, value: string, source: ConfigEntry['source']): ConfigEntry {
  return { name, value, source, isDefault: source === 'default', isReadOnly: false, isSensitive: false, documentation: null }
}

const entries = [
  entry('retention.ms', '1000', 'dynamic-topic'),
  entry('segment.bytes', '100', 'dynamic-topic'),
  entry('cleanup.policy', 'delete', 'default'),
]

it('shows what is set, and defaults as comments', () => {
  const text = writeConfigDocument('topic orders', entries)
  expect(text).toContain('\nretention.ms=1000\nsegment.bytes=100\n')
  expect(text).toContain('\n# cleanup.policy=delete\n')
  expect(readConfigDocument(text, entries)).toEqual([])
})

it('makes a change of what was edited: changed, added, taken out', () => {
  expect(readConfigDocument('retention.ms = 2000\ncleanup.policy=compact\n', entries)).toEqual([
    { name: 'retention.ms', operation: 'set', value: '2000' },
    { name: 'cleanup.policy', operation: 'set', value: 'compact' },
    { name: 'segment.bytes', operation: 'delete' },
  ])
})

it('names the line that is wrong', () => {
  expect(() => readConfigDocument('# x\nretention.ms\n', entries)).toThrow('line 2: retention.ms is not key=value')
  expect(() => readConfigDocument('a.b=1\na.b=2\n', entries)).toThrow('line 2: a.b is there twice')
})

it('configs edit makes the changes together, and none when nothing was changed', async () => {
  const cluster = new FakeCluster()
  cluster.addTopic('orders', 1, { configs: { 'retention.ms': '1000' } })
  const edit = (onEdit: (text: string) => string, ...argv: readonly string[]) =>
    runCommand(ConfigsEdit, ['--topic', 'orders', ...argv], { cluster, isTerminal: true, onEdit })
  expect(await edit((text) => text)).toMatchObject({ exit: 0, stdout: '', stderr: 'Nothing was changed.\n' })
  await edit((text) => text.replace('retention.ms=1000', 'retention.ms=5'), '--dry-run')
  expect([...cluster.topic('orders').configs]).toEqual([['retention.ms', '1000']])
  expect((await edit((text) => text.replace('retention.ms=1000', 'segment.bytes=9'))).stdout).toContain('segment.bytes=9')
  expect([...cluster.topic('orders').configs]).toEqual([['segment.bytes', '9']])
})
