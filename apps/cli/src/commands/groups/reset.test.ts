import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { FakeCluster } from '../../testing-support/fake-cluster.ts'
import { runCommand, temporaryHome } from '../../testing-support/run-command.ts'
import ContextAdd from '../context/add.ts'
import GroupsReset from './reset.ts'

let cluster: FakeCluster
const argv = ['billing', '--to-earliest', '--all-topics']
const committed = () => [...cluster.group('billing').offsets.values()].map(({ offset }) => offset)

beforeEach(() => {
  cluster = new FakeCluster()
  cluster.addTopic('orders', 2)
  for (let i = 0; i < 20; i++) cluster.append('orders', { value: 'x', partition: i % 2 })
  cluster.addGroup('billing', { 'orders/0': 8, 'orders/1': 6 })
})

it('shows the plan before it asks, and does what was agreed to', async () => {
  const { stdout, stderr, exit } = await runCommand(GroupsReset, argv, { cluster, isTerminal: true, stdin: 'y\n' })
  expect(exit).toBe(0)
  expect(stdout).toBe('')
  const plan = stderr.indexOf(' orders 0   8   0    -8 -')
  expect(plan).toBeGreaterThan(-1)
  expect(stderr.indexOf('Set 2 offsets of group billing (14 records are read again)?')).toBeGreaterThan(plan)
  expect(stderr).toMatch(/2 offsets of group billing set\n$/)
  expect(committed()).toEqual([0, 0])
})

it('changes nothing, and writes no file, when it is declined', async () => {
  const home = temporaryHome()
  const path = join(home, 'before.csv')
  const { exit } = await runCommand(GroupsReset, [...argv, '--export', path], { cluster, home, isTerminal: true, stdin: 'n\n' })
  expect([exit, committed(), existsSync(path)]).toEqual([9, [8, 6], false])
})

it('sets nothing when the offsets of before cannot be kept', async () => {
  const { exit } = await runCommand(GroupsReset, [...argv, '--export', '/nosuch/before.csv', '--yes'], { cluster })
  expect([exit, committed()]).toEqual([1, [8, 6]])
})

it('wants the id typed in a protected context, in its colour', async () => {
  const home = temporaryHome()
  await runCommand(ContextAdd, ['prod', '--brokers', 'b1', '--protected', '--color', 'red', '--use'], { home })
  const { stderr, exit } = await runCommand(GroupsReset, [...argv, '--yes'], { cluster, home, isTerminal: true, stdin: 'y\n' })
  expect([exit, committed()]).toEqual([9, [8, 6]])
  expect(stderr).toContain('[\u001b[31mprod\u001b[39m] ')
  expect((await runCommand(GroupsReset, argv, { cluster, home, isTerminal: true, stdin: 'billing\n' })).exit).toBe(0)
  expect((await runCommand(GroupsReset, [...argv, '--confirm', 'billing'], { cluster, home })).exit).toBe(0)
})

it('leaves all as it is when one partition cannot be read', async () => {
  cluster.unreadable.add('orders/1')
  const { error } = await runCommand(GroupsReset, [...argv, '--yes'], { cluster })
  expect(error).toMatchObject({ exit: 5, retriable: true, message: 'The offsets of orders/1 cannot be read now. Nothing was changed.' })
  expect(committed()).toEqual([8, 6])
})
