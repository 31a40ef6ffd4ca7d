import type { Case } from '../case.ts'
import { inStrictestDurability } from '../rounds.ts'
import type { Scenario } from './scenario.ts'

/** Longer than the others, for there to be records beyond the 99.9th percentile. */
const seconds = 4

const cases = [500, 5000, 20_000].map((rate): Case => {
  const setting = `${rate.toLocaleString('en-US')}/s`
  return { kind: 'latency', setting, figures: { p50: 'p50', p99: 'p99', 'p99.9': 'p999', max: 'max' }, plan: { rate, seconds } }
})

export const rates: Scenario = {
  name: 'rates',
  summary: 'end-to-end latency at 500, 5,000 and 20,000 records/s: p50, p99, p99.9 and the greatest',
  peers: ['kafka-ts', 'kafkajs', 'platformatic', 'confluent', 'apache-kafka', 'redis', 'nats'],
  run: (bench) => inStrictestDurability(bench, cases),
}
