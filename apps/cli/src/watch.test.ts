import { KafkaError } from '@kafka-ts/client'
import { expect, it } from 'vitest'
import TopicsList from './commands/topics/list.ts'
import { FakeCluster } from './testing-support/fake-cluster.ts'
import { runCommand } from './testing-support/run-command.ts'

class Enough extends Error {}

/** Runs `topics list --watch` for some rounds; `between` changes the world after each. */
async function watch(argv: readonly string[], rounds: number, between: (round: number, cluster: FakeCluster) => void) {
  const cluster = new FakeCluster()
  cluster.addTopic('orders')
  let round = 0
  const sleptMs: number[] = []
  const result = await runCommand(TopicsList, [...argv], {
    cluster,
    onSleep: (ms) => {
      sleptMs.push(ms)
      round++
      between(round, cluster)
      if (round === rounds) throw new Enough()
    },
  })
  return { ...result, sleptMs }
}

it('repeats as often as it is told', async () => {
  const { stdout, sleptMs, error } = await watch(['--watch=5s', '-o', 'name'], 3, (round, cluster) => void cluster.addTopic(`t${round}`))
  expect([error instanceof Enough, sleptMs, stdout]).toEqual([true, [5000, 5000, 5000], 'orders\norders\nt1\norders\nt1\nt2\n'])
})

it('goes on over the restart of a broker, and says so in ndjson too', async () => {
  const { stdout, stderr, error } = await watch(['--watch=1s', '-o', 'ndjson'], 3, (round, cluster) => {
    cluster.down = round === 1 ? new KafkaError('DISCONNECTED', 'connect ECONNREFUSED') : undefined
  })
  expect(error).toBeInstanceOf(Enough)
  expect(stderr).toMatch(/^Cannot list the topics: no answer from localhost:9092/)
  const lines = stdout.trimEnd().split('\n')
  expect(lines.map((line) => Object.keys(JSON.parse(line) as object)[0])).toEqual(['name', 'error', 'name'])
})

it('leaves what is on a terminal there until the next look has worked', async () => {
  const cluster = new FakeCluster()
  cluster.addTopic('orders')
  let round = 0
  const { stdout } = await runCommand(TopicsList, ['--watch=1s', '--no-headers'], {
    cluster,
    isTerminal: true,
    onSleep: () => {
      round++
      cluster.down = round === 1 ? new KafkaError('DISCONNECTED') : undefined
      if (round === 3) throw new Enough()
    },
  })
  expect(stdout.split('\u001b[H\u001b[2J')).toEqual(['', ' orders 1 1 ok delete\n', ' orders 1 1 ok delete\n'])
})

it('ends at once with what is wrong from the beginning, or is no matter of reaching a broker', async () => {
  const cluster = new FakeCluster()
  cluster.down = new KafkaError('DISCONNECTED', 'connect ECONNREFUSED')
  expect(await runCommand(TopicsList, ['--watch=1s'], { cluster, onSleep: () => undefined })).toMatchObject({ exit: 5 })
  const denied = await watch(['--watch=1s'], 3, (_round, world) => {
    world.down = new KafkaError('CLUSTER_AUTHORIZATION_FAILED')
  })
  expect(denied.exit).toBe(4)
})
