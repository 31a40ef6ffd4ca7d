import type { Case } from '../case.ts'
import { inStrictestDurability } from '../rounds.ts'
import type { Scenario } from './scenario.ts'

const cases: readonly Case[] = [
  { kind: 'catch-up', setting: '20,000/s come meanwhile', figures: { 'catch-up': 'rate' }, plan: { rate: 20_000, fillSeconds: 5 } },
]

export const catchUp: Scenario = {
  name: 'catch-up',
  summary: 'a reader that begins with a backlog while 20,000 records/s are written: until it is a tenth of a second behind',
  peers: ['kafka-ts', 'kafkajs', 'platformatic', 'confluent', 'apache-kafka', 'redis', 'nats'],
  run: (bench) => inStrictestDurability(bench, cases),
}
