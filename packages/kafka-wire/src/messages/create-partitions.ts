import { defineApi } from '../api.ts'
import { boolean, int16, int32 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const topicRequest = struct({
  name: string,
  /** The new number of partitions in all. */
  count: int32,
  /** Of the new partitions; null: the broker chooses. */
  assignments: nullable(array(struct({ brokerIds: array(int32) }))),
})

const request = struct({
  topics: array(topicRequest),
  timeoutMs: int32,
  validateOnly: boolean,
})

const response = struct({
  throttleTimeMs: int32,
  results: array(
    struct({
      name: string,
      errorCode: int16,
      errorMessage: field(nullable(string), { default: null }),
    }),
  ),
})

/**
 * Adds partitions to topics (KIP-195).
 *
 * Version 2: flexible. 3: no change on the wire (KIP-599).
 */
export const createPartitions = defineApi({
  key: 37,
  name: 'CreatePartitions',
  versions: { min: 0, max: 3 },
  flexibleFrom: 2,
  request,
  response,
})

export type CreatePartitionsRequest = Infer<typeof request>
export type CreatePartitionsTopicRequest = Infer<typeof topicRequest>
export type CreatePartitionsResponse = Draft<typeof response>
