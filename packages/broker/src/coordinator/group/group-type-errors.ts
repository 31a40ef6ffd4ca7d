import { KafkaError } from '@kafka-ts/protocol'

/** A member speaks another protocol than those who are in the group. */
export function inconsistentProtocol(groupId: string): KafkaError {
  return new KafkaError(
    'INCONSISTENT_GROUP_PROTOCOL',
    `the members of group ${groupId} speak another group protocol: they must leave first`,
  )
}
