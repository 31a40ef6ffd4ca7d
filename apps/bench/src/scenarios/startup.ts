import { startBroker } from '@kafka-ts/testing'
import { startBrokerProcess } from '@kafka-ts/tests/support'
import type { Scenario } from '../scenario.ts'

/** Time to the first accepted connection: of the command as a process, and of an embedded broker of a test. */
export const startup: Scenario = {
  name: 'startup',
  summary: 'broker start to the ready line; startBroker() in process, import excluded',
  async run({ runs, log }) {
    const process: number[] = []
    const embedded: number[] = []
    for (let run = 0; run <= runs; run++) {
      const broker = await startBrokerProcess()
      await broker.remove()
      const begun = performance.now()
      const inProcess = await startBroker()
      const tookMs = performance.now() - begun
      await inProcess.close()
      if (run === 0) continue
      process.push(broker.startMs)
      embedded.push(tookMs)
      log(`process ${broker.startMs.toFixed(0)} ms, embedded ${tookMs.toFixed(1)} ms`)
    }
    return [
      { scenario: 'startup', figure: 'broker start to ready', unit: 'ms', setting: 'empty directory', samples: process, goal: 400 },
      { scenario: 'startup', figure: 'startBroker()', unit: 'ms', setting: 'temporary directory', samples: embedded, goal: 50 },
    ]
  },
}
