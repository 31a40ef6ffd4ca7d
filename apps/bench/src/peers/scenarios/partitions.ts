import type { Case } from '../case.ts'
import { inStrictestDurability } from '../rounds.ts'
import type { Scenario } from './scenario.ts'

const streams = 'knows no partitions'

const cases = [1, 6, 100].flatMap((partitions): Case[] => {
  const setting = partitions === 1 ? '1 partition' : `${partitions} partitions`
  return [
    { kind: 'produce', setting, figures: { produce: 'rate' }, plan: { partitions } },
    { kind: 'consume', setting, figures: { consume: 'rate' }, plan: { partitions } },
  ]
})

export const partitions: Scenario = {
  name: 'partitions',
  summary: 'produce and consume with 1, 6 and 100 partitions',
  peers: ['kafka-ts', 'kafka-ts-send', 'kafkajs', 'platformatic', 'confluent', 'apache-kafka'],
  without: { redis: streams, nats: streams },
  run: (bench) => inStrictestDurability(bench, cases),
}
