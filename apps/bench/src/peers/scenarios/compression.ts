import type { Case } from '../case.ts'
import { inStrictestDurability } from '../rounds.ts'
import type { Scenario } from './scenario.ts'

const none = 'does not compress records'
const gzipOnly = 'has neither lz4 nor zstd of its own'

const cases = (['none', 'lz4', 'zstd'] as const).flatMap((compression): Case[] => [
  { kind: 'produce', setting: compression, figures: { produce: 'rate' }, compression },
  { kind: 'consume', setting: compression, figures: { consume: 'rate' }, compression },
])

export const compression: Scenario = {
  name: 'compression',
  summary: 'produce and consume with none, lz4 and zstd; the values are alike but for a number in each',
  peers: ['kafka-ts', 'kafka-ts-send', 'platformatic', 'confluent', 'apache-kafka'],
  without: { kafkajs: gzipOnly, 'kafkajs-on-apache': gzipOnly, redis: none, nats: none },
  run: (bench) => inStrictestDurability(bench, cases),
}
