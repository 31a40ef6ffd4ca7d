import { KafkaError } from '@kafka-ts/protocol'
import type { RawKafkaClient } from './raw-kafka-client.ts'

/** What a consumer with the assignor `range` says of itself: `ConsumerProtocolSubscription` version 0, no user data. */
export function rangeProtocol(topics: readonly string[]): { readonly name: string; readonly metadata: Uint8Array } {
  const names = topics.flatMap((topic) => [Buffer.from([0, topic.length]), Buffer.from(topic)])
  return {
    name: 'range',
    metadata: Buffer.concat([Buffer.from([0, 0, 0, 0, 0, topics.length]), ...names, Buffer.from([255, 255, 255, 255])]),
  }
}

/** What a member knows of itself. */
export interface Joined {
  readonly memberId: string
  readonly generationId: number
}

/** Joins a group that is empty, through both steps of KIP-394. */
export async function joinAlone(client: RawKafkaClient, groupId: string, sessionTimeoutMs = 10_000): Promise<Joined> {
  const request = { groupId, sessionTimeoutMs, protocolType: 'consumer', protocols: [rangeProtocol(['orders'])] }
  const { memberId } = await client.send('joinGroup', { ...request, memberId: '' })
  const joined = await client.send('joinGroup', { ...request, memberId })
  if (joined.errorCode !== 0) throw KafkaError.fromWire(joined.errorCode)
  return { memberId, generationId: joined.generationId }
}

/** Hands in and takes the assignment of the only member. */
export async function syncAlone(
  client: RawKafkaClient,
  { groupId, memberId, generationId, assignment }: Joined & { readonly groupId: string; readonly assignment: Uint8Array },
): Promise<void> {
  const protocol = { protocolType: 'consumer', protocolName: 'range' }
  const assignments = [{ memberId, assignment }]
  const { errorCode } = await client.send('syncGroup', { groupId, memberId, generationId, ...protocol, assignments })
  if (errorCode !== 0) throw KafkaError.fromWire(errorCode)
}
