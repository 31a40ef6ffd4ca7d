import type { Case } from '../case.ts'
import { inStrictestDurability } from '../rounds.ts'
import type { Scenario } from './scenario.ts'

const cases: readonly Case[] = [{ kind: 'awaited', setting: 'one at a time', figures: { 'awaited sends': 'rate', p50: 'p50', p99: 'p99' } }]

export const awaited: Scenario = {
  name: 'awaited',
  summary: 'sends of one record, each awaited before the next',
  peers: ['kafka-ts', 'kafkajs', 'platformatic', 'confluent', 'apache-kafka', 'redis', 'nats'],
  run: (bench) => inStrictestDurability(bench, cases),
}
