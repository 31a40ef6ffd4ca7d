import type { Case } from '../case.ts'
import { inStrictestDurability } from '../rounds.ts'
import type { Scenario } from './scenario.ts'

const settings = [
  ['100 B', 100],
  ['1 KiB', 1024],
  ['10 KiB', 10 * 1024],
] as const

const cases = settings.flatMap(([setting, valueBytes]): Case[] => [
  { kind: 'produce', setting, figures: { produce: 'rate' }, plan: { valueBytes } },
  { kind: 'consume', setting, figures: { consume: 'rate' }, plan: { valueBytes } },
])

export const sizes: Scenario = {
  name: 'sizes',
  summary: 'produce and consume with values of 100 B, 1 KiB and 10 KiB',
  peers: ['kafka-ts', 'kafka-ts-send', 'kafkajs', 'platformatic', 'confluent', 'apache-kafka', 'redis', 'nats'],
  run: (bench) => inStrictestDurability(bench, cases),
}
