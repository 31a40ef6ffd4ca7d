import { defineApi } from '../api.ts'
import { int16, int32 } from '../fixed-types.ts'
import type { Draft, Infer } from '../schema.ts'
import { array, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const topicRequest = struct({ name: string, partitions: array(struct({ partitionIndex: int32 })) })

const request = struct({
  groupId: string,
  topics: array(topicRequest),
})

const topicResponse = struct({
  name: string,
  partitions: array(struct({ partitionIndex: int32, errorCode: int16 })),
})

const response = struct({
  errorCode: int16,
  throttleTimeMs: int32,
  topics: array(topicResponse),
})

/**
 * Forgets committed offsets of a group (KIP-496).
 *
 * Never flexible.
 */
export const offsetDelete = defineApi({
  key: 47,
  name: 'OffsetDelete',
  versions: { min: 0, max: 0 },
  flexibleFrom: undefined,
  request,
  response,
})

export type OffsetDeleteRequest = Infer<typeof request>
export type OffsetDeleteTopicRequest = Infer<typeof topicRequest>
export type OffsetDeleteResponse = Draft<typeof response>
export type OffsetDeleteTopicResponse = Draft<typeof topicResponse>
