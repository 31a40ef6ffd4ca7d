import type { Case } from '../case.ts'
import { inStrictestDurability } from '../rounds.ts'
import type { Scenario } from './scenario.ts'

const cases: readonly Case[] = [
  { kind: 'produce', setting: '', figures: { 'produce, client CPU': 'clientCpu', 'produce, server CPU': 'serverCpu' } },
  { kind: 'consume', setting: '', figures: { 'consume, client CPU': 'clientCpu', 'consume, server CPU': 'serverCpu' } },
]

export const processor: Scenario = {
  name: 'cpu',
  summary: 'processor time of all threads of client and server for a million records, written and read as fast as they can be',
  peers: ['kafka-ts', 'kafka-ts-send', 'kafkajs', 'platformatic', 'confluent', 'java-on-ours', 'apache-kafka', 'redis', 'nats'],
  run: (bench) => inStrictestDurability(bench, cases),
}
