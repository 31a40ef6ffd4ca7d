import { test } from 'vitest'
import type { GroupMember } from './group-member.ts'
import { GroupScenario } from './group-scenario.ts'
import { kafkajs, kafkaPython, kcat, platformatic } from './member-programs.ts'

const TIME_LIMIT_MS = 240_000

test(
  'clients of four kinds share a classic group: members join, leave, are killed and frozen, and no record is skipped or worked on out of order',
  async (context) => {
    const kinds = [kafkaPython, kcat, platformatic, kafkajs]
    await using scenario = await GroupScenario.start({ name: 'four-kinds', protocol: 'classic', assignor: 'roundrobin', kinds }, context)
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
    await scenario.finish()
  },
  TIME_LIMIT_MS,
)
