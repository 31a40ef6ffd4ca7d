import { type Apis, type FindCoordinatorResponse, KafkaError } from '@kafka-ts/protocol'
import type { BrokerCore } from '../core.ts'
import type { Handler } from './handler.ts'
import { asItemError } from './item-error.ts'

const NO_BROKER = -1

/** Says who coordinates groups: this broker. */
export const handleFindCoordinator: Handler<Apis['findCoordinator']> = async ({ core }, { groupIds }) => ({
  response: { coordinators: await Promise.all(groupIds.map((groupId) => find(core, groupId))) },
})

async function find(core: BrokerCore, groupId: string): Promise<FindCoordinatorResponse['coordinators'][number]> {
  let brokerId = NO_BROKER
  const error = await asItemError(async () => {
    if (groupId === '') throw new KafkaError('INVALID_GROUP_ID')
    await core.groups.ensureAvailable(groupId)
    brokerId = core.nodeId
  })
  return { groupId, ...error, brokerId }
}
