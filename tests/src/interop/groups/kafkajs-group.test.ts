import { test } from 'vitest'
import type { GroupMember } from './group-member.ts'
import { GroupScenario } from './group-scenario.ts'
import { kafkajs } from './member-programs.ts'

const TIME_LIMIT_MS = 240_000

test(
  'members with kafkajs as it comes join, leave, are killed and frozen, and no record is skipped or worked on out of order',
  async (context) => {
    await using scenario = await GroupScenario.start({ name: 'kafkajs-alone', protocol: 'classic', kinds: [kafkajs] }, context)
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
    await scenario.finish()
  },
  TIME_LIMIT_MS,
)
