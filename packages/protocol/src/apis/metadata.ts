import { defineApi } from '../api.ts'
import { array, boolean, type Infer, int16, int32, nullable, string, struct, uint32, uuid } from '../schema.ts'
import { MAX_BROKERS, MAX_PARTITIONS, MAX_REPLICAS, MAX_TOPICS } from './limits.ts'

const request = struct({
  /** By name or by id, the other is null. null instead of a list: every topic. */
  topics: nullable(array(struct({ name: nullable(string), topicId: nullable(uuid) }), MAX_TOPICS)),
  /** Make topics that are missing, where the broker allows it. */
  allowAutoCreate: boolean,
})

const replicas = array(int32, MAX_REPLICAS)

const partition = struct({
  errorCode: int16,
  partition: int32,
  /** -1: no leader. */
  leaderId: int32,
  leaderEpoch: int32,
  replicas,
  isr: replicas,
  offlineReplicas: replicas,
  /** Why nobody leads the partition, where the broker that is asked knows: its directory failed, or its log is damaged. */
  offlineReason: nullable(string),
})

const response = struct({
  brokers: array(struct({ nodeId: int32, host: string, port: uint32, rack: nullable(string) }), MAX_BROKERS),
  clusterId: string,
  /** -1: not known. */
  controllerId: int32,
  topics: array(
    struct({
      errorCode: int16,
      /** null only where the topic was asked for by an id that is not known. */
      name: nullable(string),
      /** All zeros where the topic is not known. */
      topicId: uuid,
      isInternal: boolean,
      partitions: array(partition, MAX_PARTITIONS),
    }),
    MAX_TOPICS,
  ),
})

/**
 * Which brokers there are, and which of them leads each partition of the topics asked for (KIP-516 for ids).
 *
 * Errors of a topic: UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, INVALID_TOPIC_EXCEPTION, LEADER_NOT_AVAILABLE (being created),
 * TOPIC_AUTHORIZATION_FAILED. Of a partition: LEADER_NOT_AVAILABLE, LISTENER_NOT_FOUND.
 */
export const metadata = defineApi({ key: 3, name: 'metadata', minVersion: 0, maxVersion: 0, request, response })

export type MetadataRequest = Infer<typeof request>
export type MetadataResponse = Infer<typeof response>
export type MetadataTopic = MetadataResponse['topics'][number]
export type MetadataPartition = Infer<typeof partition>
export type MetadataBroker = MetadataResponse['brokers'][number]
