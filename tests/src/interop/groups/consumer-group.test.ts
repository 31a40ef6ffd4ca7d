import { test } from 'vitest'
import type { GroupMember } from './group-member.ts'
import { GroupScenario } from './group-scenario.ts'
import { confluent, platformatic, sdk } from './member-programs.ts'

const TIME_LIMIT_MS = 240_000

test(
  'confluent, platformatic and our SDK share a KIP-848 group: members join, leave, are killed and frozen, and no record is skipped or worked on out of order',
  async (context) => {
    const kinds = [confluent, platformatic, sdk]
    await using scenario = await GroupScenario.start({ name: 'new-protocol', protocol: 'consumer', kinds }, context)
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
    await scenario.finish()
  },
  TIME_LIMIT_MS,
)
