import type { Case } from '../case.ts'
import { inStrictestDurability } from '../rounds.ts'
import type { Scenario } from './scenario.ts'

const groups = 10
/** Each group reads it all, in one process. */
const scale = 0.1

const cases: readonly Case[] = [
  { kind: 'fan-out', setting: `${groups} groups`, figures: { 'fan-out': 'rate' }, plan: { scale }, clients: groups },
]

export const fanOut: Scenario = {
  name: 'fan-out',
  summary: 'ten groups that read the same backlog at the same time, in one process: records of all of them',
  peers: ['kafka-ts', 'kafkajs', 'platformatic', 'confluent', 'apache-kafka', 'redis', 'nats'],
  run: (bench) => inStrictestDurability(bench, cases),
}
