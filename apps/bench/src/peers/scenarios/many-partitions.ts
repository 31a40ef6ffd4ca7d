import type { Case } from '../case.ts'
import { inStrictestDurability } from '../rounds.ts'
import type { Scenario } from './scenario.ts'

const partitions = 10_000
const streams = 'knows no partitions'
const cases: readonly Case[] = [
  {
    kind: 'produce',
    setting: `${partitions.toLocaleString('en-US')} partitions`,
    figures: { 'creating the topic': 'createMs', produce: 'rate', 'loaded RSS': 'serverMegabytes' },
    plan: { partitions },
  },
]

export const manyPartitions: Scenario = {
  name: 'many-partitions',
  summary: 'a topic of 10,000 partitions: creating it, producing to it, the memory of the server',
  peers: ['kafka-ts', 'kafka-ts-send', 'java-on-ours', 'apache-kafka'],
  without: { redis: streams, nats: streams },
  // A topic of that size stays: every further run would measure a server that has one more.
  run: (bench) => inStrictestDurability({ ...bench, plan: { ...bench.plan, runs: 1 } }, cases),
}
