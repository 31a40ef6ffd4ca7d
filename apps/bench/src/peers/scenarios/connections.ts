import type { Case } from '../case.ts'
import { inStrictestDurability } from '../rounds.ts'
import type { Scenario } from './scenario.ts'

const clients = 1000
const threads = 'has threads of its own for each client: a thousand of them in one process measure the machine'

const cases: readonly Case[] = [
  {
    kind: 'connections',
    setting: `${clients.toLocaleString('en-US')} clients`,
    figures: { 'connecting all': 'connectMs', p50: 'p50', p99: 'p99', 'loaded RSS': 'serverMegabytes' },
    clients,
  },
]

export const connections: Scenario = {
  name: 'connections',
  summary:
    '1,000 clients in one process: until each has a record acknowledged, then one record of each at once, and the memory of the server',
  peers: ['kafka-ts', 'kafkajs', 'platformatic', 'kafkajs-on-apache', 'redis', 'nats'],
  without: { confluent: threads, 'confluent-kafkajs': threads, 'java-on-ours': threads, 'apache-kafka': threads },
  run: (bench) => inStrictestDurability(bench, cases),
}
