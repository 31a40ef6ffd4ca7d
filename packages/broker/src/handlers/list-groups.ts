import type { Apis, ListGroupsRequest } from '@kafka-ts/protocol'
import type { ListedGroup } from '../coordinator/group/operations/describe-groups.ts'
import type { BrokerCore } from '../core.ts'
import type { Handler } from './handler.ts'

/** Names the groups of this broker, those in certain states or of certain types where that is asked for. */
export const handleListGroups: Handler<Apis['listGroups']> = async ({ core }, request) => ({
  response: { groups: await listGroups(core, request) },
})

/** The groups that a request asks for. Rejects with `KafkaError` while some cannot be known. */
export async function listGroups(core: BrokerCore, { states, types }: ListGroupsRequest): Promise<readonly ListedGroup[]> {
  const isStateWanted = wanted(states)
  const isTypeWanted = wanted(types)
  const groups = await core.groups.listGroups()
  return groups.filter(({ state, type }) => isStateWanted(state) && isTypeWanted(type))
}

/** Whether something is in a filter, in whatever case it is written; an empty one lets everything through. */
function wanted(filter: readonly string[]): (word: string) => boolean {
  const words = new Set(filter.map((word) => word.toLowerCase()))
  return (word) => words.size === 0 || words.has(word.toLowerCase())
}
