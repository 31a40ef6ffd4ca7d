import { defineApi } from '../api.ts'
import { clampedInt64, int8, int16, int32, int64, uuid } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, nullable, records, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const partitionRequest = struct({
  partition: int32,
  /** -1: not checked. */
  currentLeaderEpoch: field(int32, { versions: '9+', default: -1 }),
  fetchOffset: clampedInt64,
  lastFetchedEpoch: field(int32, { versions: '12+', default: -1 }),
  /** Of a follower; -1 from consumers. */
  logStartOffset: field(clampedInt64, { versions: '5+', default: -1 }),
  partitionMaxBytes: int32,
})

const topicRequest = struct({
  topic: field(string, { versions: '4-12' }),
  topicId: field(uuid, { versions: '13+' }),
  partitions: array(partitionRequest),
})

const request = struct({
  clusterId: field(nullable(string), { versions: '12+', tag: 0, default: null }),
  /** -1: a consumer. From version 15 on it is in `replicaState`. */
  replicaId: field(int32, { versions: '4-14', default: -1 }),
  replicaState: field(
    struct({
      replicaId: field(int32, { default: -1 }),
      replicaEpoch: field(int64, { default: -1 }),
    }),
    { versions: '15+', tag: 1 },
  ),
  maxWaitMs: int32,
  minBytes: int32,
  /** Not absolute: the first batch is returned whole, however large. */
  maxBytes: field(int32, { default: 0x7fff_ffff }),
  /** 0 read_uncommitted, 1 read_committed. */
  isolationLevel: field(int8, { default: 0 }),
  sessionId: field(int32, { versions: '7+', default: 0 }),
  /** -1: no session, or the end of one. 0: a new one. */
  sessionEpoch: field(int32, { versions: '7+', default: -1 }),
  topics: array(topicRequest),
  /** To leave out of the session. */
  forgottenTopicsData: field(
    array(
      struct({
        topic: field(string, { versions: '7-12' }),
        topicId: field(uuid, { versions: '13+' }),
        partitions: array(int32),
      }),
    ),
    { versions: '7+' },
  ),
  rackId: field(string, { versions: '11+', default: '' }),
})

const partitionResponse = struct({
  partitionIndex: int32,
  errorCode: int16,
  highWatermark: int64,
  lastStableOffset: field(int64, { default: -1 }),
  logStartOffset: field(int64, { versions: '5+', default: -1 }),
  divergingEpoch: field(
    struct({
      epoch: field(int32, { default: -1 }),
      endOffset: field(int64, { default: -1 }),
    }),
    { versions: '12+', tag: 0 },
  ),
  currentLeader: field(
    struct({
      leaderId: field(int32, { default: -1 }),
      leaderEpoch: field(int32, { default: -1 }),
    }),
    { versions: '12+', tag: 1 },
  ),
  snapshotId: field(
    struct({
      endOffset: field(int64, { default: -1 }),
      epoch: field(int32, { default: -1 }),
    }),
    { versions: '12+', tag: 2 },
  ),
  /** null: read_uncommitted. */
  abortedTransactions: nullable(array(struct({ producerId: int64, firstOffset: int64 }))),
  /** -1: this one. */
  preferredReadReplica: field(int32, { versions: '11+', default: -1 }),
  /** Whole record batches, as they lie in the log. */
  records: nullable(records),
})

const topicResponse = struct({
  topic: field(string, { versions: '4-12' }),
  topicId: field(uuid, { versions: '13+' }),
  partitions: array(partitionResponse),
})

const nodeEndpointResponse = struct({
  nodeId: int32,
  host: string,
  port: int32,
  rack: field(nullable(string), { default: null }),
})

const response = struct({
  throttleTimeMs: int32,
  errorCode: field(int16, { versions: '7+' }),
  /** 0: sessions are declined. */
  sessionId: field(int32, { versions: '7+', default: 0 }),
  responses: array(topicResponse),
  /** Where the leaders named in `currentLeader` are. */
  nodeEndpoints: field(array(nodeEndpointResponse), { versions: '16+', tag: 0 }),
})

/**
 * Reads record batches from partitions, waiting for `minBytes` up to `maxWaitMs`.
 *
 * Version 4: isolation level (KIP-98). 5: log start offset. 7: sessions (KIP-227). 9: leader epochs (KIP-320). 11: racks (KIP-392).
 * 12: flexible, diverging epochs (KIP-595). 13: topics by id only (KIP-516). 15: replica state (KIP-903). 16: leader hints (KIP-951).
 */
export const fetch = defineApi({ key: 1, name: 'Fetch', versions: { min: 4, max: 16 }, flexibleFrom: 12, request, response })

export type FetchRequest = Infer<typeof request>
export type FetchPartitionRequest = Infer<typeof partitionRequest>
export type FetchTopicRequest = Infer<typeof topicRequest>
export type FetchResponse = Draft<typeof response>
export type FetchPartitionResponse = Draft<typeof partitionResponse>
export type FetchTopicResponse = Draft<typeof topicResponse>
export type FetchNodeEndpointResponse = Draft<typeof nodeEndpointResponse>
