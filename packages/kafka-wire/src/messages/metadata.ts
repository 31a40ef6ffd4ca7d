import { defineApi } from '../api.ts'
import { OPERATIONS_NOT_ASKED_FOR } from '../authorized-operations.ts'
import { boolean, int16, int32, uuid } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  /** null: every topic. */
  topics: nullable(array(struct({ topicId: field(uuid, { versions: '10+' }), name: nullable(string, '10+') })), '1+'),
  allowAutoTopicCreation: field(boolean, { versions: '4+', default: true }),
  includeClusterAuthorizedOperations: field(boolean, { versions: '8-10' }),
  includeTopicAuthorizedOperations: field(boolean, { versions: '8+' }),
})

const brokerResponse = struct({
  nodeId: int32,
  host: string,
  port: int32,
  rack: field(nullable(string), { versions: '1+', default: null }),
})

const partitionResponse = struct({
  errorCode: int16,
  partitionIndex: int32,
  /** -1: no leader. */
  leaderId: int32,
  leaderEpoch: field(int32, { versions: '7+', default: -1 }),
  replicaNodes: array(int32),
  isrNodes: array(int32),
  offlineReplicas: field(array(int32), { versions: '5+' }),
})

const topicResponse = struct({
  errorCode: int16,
  /** null only where the topic was asked for by an id that is not known. */
  name: nullable(string, '12+'),
  /** All zeros where the topic is not known. */
  topicId: field(uuid, { versions: '10+' }),
  isInternal: field(boolean, { versions: '1+', default: false }),
  partitions: array(partitionResponse),
  /** A bit an operation; the least int32 where not asked for. */
  topicAuthorizedOperations: field(int32, { versions: '8+', default: OPERATIONS_NOT_ASKED_FOR }),
})

const response = struct({
  throttleTimeMs: field(int32, { versions: '3+' }),
  brokers: array(brokerResponse),
  clusterId: field(nullable(string), { versions: '2+', default: null }),
  /** -1: not known. */
  controllerId: field(int32, { versions: '1+', default: -1 }),
  topics: array(topicResponse),
  clusterAuthorizedOperations: field(int32, { versions: '8-10', default: OPERATIONS_NOT_ASKED_FOR }),
})

/**
 * Which brokers there are, and who leads each partition of the topics asked for.
 *
 * No list of topics means every topic from version 1 on; in version 0 an empty one does. Version 2: cluster id.
 * 4: auto-creation is asked for. 7: leader epochs (KIP-320). 8: authorized operations (KIP-430). 9: flexible. 10: topic ids (KIP-516).
 * 11: no cluster operations (KIP-700). 12: topics may be asked for by id.
 */
export const metadata = defineApi({ key: 3, name: 'Metadata', versions: { min: 0, max: 12 }, flexibleFrom: 9, request, response })

export type MetadataRequest = Infer<typeof request>
export type MetadataResponse = Draft<typeof response>
export type MetadataBrokerResponse = Draft<typeof brokerResponse>
export type MetadataPartitionResponse = Draft<typeof partitionResponse>
export type MetadataTopicResponse = Draft<typeof topicResponse>
