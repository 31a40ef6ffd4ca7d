import { defineApi } from '../api.ts'
import { int16, int32, int64 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, nullable, records, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const partitionRequest = struct({
  index: int32,
  /** One record batch (Kafka takes no more than one from version 3 on). A view of the request. */
  records: nullable(records),
})

const topicRequest = struct({ name: string, partitionData: array(partitionRequest) })

const request = struct({
  transactionalId: field(nullable(string), { versions: '3+', default: null }),
  /** 0: no response. 1: the leader has it. -1: every in-sync replica has it. */
  acks: int16,
  /** How long to wait for the replicas. */
  timeoutMs: int32,
  topicData: array(topicRequest),
})

const partitionResponse = struct({
  index: int32,
  errorCode: int16,
  /** Offset of the first record; -1 with an error. */
  baseOffset: int64,
  /** -1 unless the topic stamps records with the time of their append. */
  logAppendTimeMs: field(int64, { versions: '2+', default: -1 }),
  logStartOffset: field(int64, { versions: '5+', default: -1 }),
  /** Which records, by index in the batch, are to blame. */
  recordErrors: field(
    array(
      struct({
        batchIndex: int32,
        batchIndexErrorMessage: field(nullable(string), { default: null }),
      }),
    ),
    { versions: '8+' },
  ),
  errorMessage: field(nullable(string), { versions: '8+', default: null }),
  currentLeader: field(
    struct({
      leaderId: field(int32, { default: -1 }),
      leaderEpoch: field(int32, { default: -1 }),
    }),
    { versions: '10+', tag: 0 },
  ),
})

const topicResponse = struct({ name: string, partitionResponses: array(partitionResponse) })

const nodeEndpointResponse = struct({
  nodeId: int32,
  host: string,
  port: int32,
  rack: field(nullable(string), { default: null }),
})

const response = struct({
  responses: array(topicResponse),
  throttleTimeMs: field(int32, { versions: '1+', default: 0 }),
  nodeEndpoints: field(array(nodeEndpointResponse), { versions: '10+', tag: 0 }),
})

/**
 * Appends record batches to partitions. With acks 0 there is no response.
 *
 * Versions 0 to 2 are advertised and refused: librdkafka before 2.11.1 turns compression off unless version 0 is in the range
 * (KAFKA-18659). Version 3: transactional ids and batches of magic 2 (KIP-98). 5: log start offset. 8: record errors (KIP-467).
 * 9: flexible. 10: leader hints (KIP-951). 11: no change on the wire (KIP-890).
 */
export const produce = defineApi({
  key: 0,
  name: 'Produce',
  versions: { min: 0, max: 11 },
  firstServedVersion: 3,
  flexibleFrom: 9,
  request,
  response,
})

export type ProduceRequest = Infer<typeof request>
export type ProducePartitionRequest = Infer<typeof partitionRequest>
export type ProduceTopicRequest = Infer<typeof topicRequest>
export type ProduceResponse = Draft<typeof response>
export type ProducePartitionResponse = Draft<typeof partitionResponse>
export type ProduceTopicResponse = Draft<typeof topicResponse>
export type ProduceNodeEndpointResponse = Draft<typeof nodeEndpointResponse>
