import { describe, type TestContext, test } from 'vitest'
import type { GroupMember } from './group-member.ts'
import { GroupScenario, type ScenarioOptions } from './group-scenario.ts'
import { confluent, kafkajs, kafkaPython, platformatic, sdk } from './member-programs.ts'

const TIME_LIMIT_MS = 240_000
/** About what the stream brings in half a second: the members commit all the time, so that a kill after it is in the midst of commits. */
const SOME_RECORDS = 500

// At the same time: most of it is waiting.
describe.concurrent('when their broker is killed in the midst of commits and of a rebalance, members come back by themselves', () => {
  test(
    'to a classic group',
    (context) =>
      underBrokerKills(
        { name: 'classic-under-kills', protocol: 'classic', assignor: 'roundrobin', kinds: [kafkaPython, kafkajs] },
        context,
      ),
    TIME_LIMIT_MS,
  )

  test(
    'to a KIP-848 group',
    (context) =>
      underBrokerKills({ name: 'new-protocol-under-kills', protocol: 'consumer', kinds: [sdk, confluent, platformatic] }, context),
    TIME_LIMIT_MS,
  )
})

async function underBrokerKills(options: ScenarioOptions, context: TestContext): Promise<void> {
  await using scenario = await GroupScenario.start(options, context)
  const members = scenario.join(...options.kinds)
  await scenario.settled(...members)
  await scenario.progress(SOME_RECORDS)
  await scenario.restartBroker()
  await scenario.settled(...members)
  await scenario.progress(SOME_RECORDS)
  const joining = scenario.join(...options.kinds.slice(0, 1)) as [GroupMember]
  await scenario.rebalancing(...members)
  await scenario.restartBroker()
  await scenario.settled(...members, ...joining)
  await scenario.progress(SOME_RECORDS)
  await scenario.finish()
}
