import { Kafka } from '@kafka-ts/client'
import { startBrokerProcess } from '@kafka-ts/tests/support'
import type { Scenario } from '../scenario.ts'
import { settle } from '../settle.ts'

const partitionCount = 1000

/** A broker that has many partitions and nothing to do. */
export const partitions: Scenario = {
  name: 'partitions',
  summary: `start and resident memory with ${partitionCount.toLocaleString('en-US')} empty partitions`,
  async run({ runs, log }) {
    const starts: number[] = []
    const sizes: number[] = []
    for (let run = 0; run < runs; run++) {
      const first = await startBrokerProcess()
      const kafka = new Kafka({ brokers: [first.address] })
      await kafka.admin.createTopics([{ topic: 'many', partitions: partitionCount }])
      await kafka.close()
      await first.stop()
      const again = await startBrokerProcess({ dataDir: first.dataDir })
      await settle()
      starts.push(again.startMs)
      sizes.push(again.residentBytes() / 1e6)
      log(`start ${again.startMs.toFixed(0)} ms, ${(sizes.at(-1) as number).toFixed(0)} MB`)
      await again.remove()
    }
    const setting = `${partitionCount} empty partitions`
    return [
      { scenario: 'partitions', figure: 'broker start to ready', unit: 'ms', setting, samples: starts, goal: 1500 },
      { scenario: 'partitions', figure: 'idle RSS', unit: 'MB', setting, samples: sizes, goal: 250 },
    ]
  },
}
