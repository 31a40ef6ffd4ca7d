import { defineApi } from '../api.ts'
import { array, boolean, type Infer, int16, int32, nullable, string, struct, uuid } from '../schema.ts'
import { configEntry } from './config-entry.ts'
import { MAX_CONFIGS, MAX_PARTITIONS, MAX_REPLICAS, MAX_TOPICS } from './limits.ts'

const topicRequest = struct({
  name: string,
  /** -1: the broker's default (KIP-464). */
  numPartitions: int32,
  /** -1: the broker's default. */
  replicationFactor: int16,
  /** Replicas of each partition, the preferred leader first. Empty: the broker chooses; else the two numbers above are -1. */
  assignments: array(struct({ partition: int32, replicas: array(int32, MAX_REPLICAS) }), MAX_PARTITIONS),
  configs: array(struct({ name: string, value: nullable(string) }), MAX_CONFIGS),
})

const request = struct({
  topics: array(topicRequest, MAX_TOPICS),
  timeoutMs: int32,
  /** Check only, change nothing. */
  validateOnly: boolean,
})

const topicResponse = struct({
  name: string,
  errorCode: int16,
  errorMessage: nullable(string),
  /** All zeros with an error or `validateOnly`. */
  topicId: uuid,
  /** -1 with an error. */
  numPartitions: int32,
  replicationFactor: int16,
  /** The configs the topic has, defaults included (KIP-525). */
  configs: array(configEntry, MAX_CONFIGS),
})

const response = struct({ topics: array(topicResponse, MAX_TOPICS) })

/**
 * Makes topics; each succeeds or fails by itself. Answered once every partition has a leader, or with REQUEST_TIMED_OUT.
 *
 * Errors of a topic: TOPIC_ALREADY_EXISTS, INVALID_TOPIC_EXCEPTION, INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR,
 * INVALID_REPLICA_ASSIGNMENT, INVALID_CONFIG, INVALID_REQUEST (named twice), POLICY_VIOLATION, NOT_CONTROLLER, REQUEST_TIMED_OUT,
 * TOPIC_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED. KIP-4.
 */
export const createTopics = defineApi({ key: 19, name: 'createTopics', minVersion: 0, maxVersion: 0, request, response })

export type CreateTopicsRequest = Infer<typeof request>
export type CreateTopicsTopicRequest = Infer<typeof topicRequest>
export type CreateTopicsResponse = Infer<typeof response>
export type CreateTopicsTopicResponse = Infer<typeof topicResponse>
