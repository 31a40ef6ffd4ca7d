import { startBrokerProcess } from '@kafka-ts/tests/support'
import type { Scenario } from '../scenario.ts'
import { settle } from '../settle.ts'

/** What an idle broker costs. */
export const memory: Scenario = {
  name: 'memory',
  summary: 'resident memory of an idle broker',
  async run({ runs, log }) {
    const samples: number[] = []
    for (let run = 0; run < runs; run++) {
      const broker = await startBrokerProcess()
      await settle()
      samples.push(broker.residentBytes() / 1e6)
      log(`${(samples.at(-1) as number).toFixed(0)} MB`)
      await broker.remove()
    }
    return [{ scenario: 'memory', figure: 'idle RSS', unit: 'MB', setting: 'no topics', samples, goal: 110 }]
  },
}
