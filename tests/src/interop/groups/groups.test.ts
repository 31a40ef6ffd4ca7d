import { describe, type TestContext, test } from 'vitest'
import type { GroupMember } from './group-member.ts'
import { GroupScenario, type ScenarioOptions } from './group-scenario.ts'
import { confluent, kafkajs, kafkaPython, kcat, platformatic, sdk } from './member-programs.ts'

const TIME_LIMIT_MS = 240_000

// At the same time: most of it is waiting for sessions to end.
describe.concurrent('while members join, leave, are killed and frozen, every record is worked on, in order, in time, by one member at a time, in', () => {
  const inGroup = (name: string, options: ScenarioOptions, run: (scenario: GroupScenario) => Promise<void>): void => {
    test(name, (context) => runIn(options, run, context), TIME_LIMIT_MS)
  }

  inGroup(
    'a classic group of clients of four kinds',
    { name: 'four-kinds', protocol: 'classic', assignor: 'roundrobin', kinds: [kafkaPython, kcat, platformatic, kafkajs] },
    async (scenario) => {
      const [python, first] = scenario.join(kafkaPython, platformatic) as [GroupMember, GroupMember]
      await scenario.settled(python, first)
      const [printing, second] = scenario.join(kcat, kafkajs) as [GroupMember, GroupMember]
      await scenario.settled(python, first, printing, second)
      await scenario.kill(first)
      await scenario.freeze(printing)
      const [third] = scenario.join(platformatic) as [GroupMember]
      await scenario.settled(python, second, third)
      printing.thaw()
      await scenario.settled(python, second, third, printing)
      // kcat is not asked to leave while there is work: it commits the record that it does not print any more.
      await python.leave()
      await scenario.settled(second, third, printing)
      await scenario.kill(second)
    },
  )

  inGroup(
    'a classic group of kafkajs alone, as it comes',
    { name: 'kafkajs-alone', protocol: 'classic', kinds: [kafkajs] },
    async (scenario) => {
      const [one, two] = scenario.join(kafkajs, kafkajs) as [GroupMember, GroupMember]
      await scenario.settled(one, two)
      const [three] = scenario.join(kafkajs) as [GroupMember]
      await scenario.settled(one, two, three)
      await scenario.kill(one)
      await scenario.freeze(two)
      const [four] = scenario.join(kafkajs) as [GroupMember]
      await scenario.settled(three, four)
      two.thaw()
      await scenario.settled(two, three, four)
      await four.leave()
      await scenario.settled(two, three)
    },
  )

  inGroup(
    'a KIP-848 group of confluent-kafka, @platformatic/kafka and our SDK',
    { name: 'new-protocol', protocol: 'consumer', kinds: [confluent, platformatic, sdk] },
    async (scenario) => {
      const [one, two] = scenario.join(confluent, platformatic) as [GroupMember, GroupMember]
      await scenario.settled(one, two)
      const [three, four] = scenario.join(confluent, sdk) as [GroupMember, GroupMember]
      await scenario.settled(one, two, three, four)
      await scenario.kill(two)
      await scenario.freeze(one)
      const [five] = scenario.join(platformatic) as [GroupMember]
      await scenario.settled(three, four, five)
      one.thaw()
      await scenario.settled(one, three, four, five)
      await three.leave()
      await scenario.settled(one, four, five)
      await scenario.kill(four)
    },
  )
})

async function runIn(options: ScenarioOptions, run: (scenario: GroupScenario) => Promise<void>, context: TestContext): Promise<void> {
  await using scenario = await GroupScenario.start(options, context)
  await run(scenario)
  await scenario.finish()
}
