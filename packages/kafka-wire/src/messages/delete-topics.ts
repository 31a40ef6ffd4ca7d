import { defineApi } from '../api.ts'
import { int16, int32, uuid } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  /** By name or by id: the other is null or all zeros. */
  topics: field(array(struct({ name: field(nullable(string), { default: null }), topicId: uuid })), { versions: '6+' }),
  topicNames: field(array(string), { versions: '0-5' }),
  timeoutMs: int32,
})

const resultResponse = struct({
  name: nullable(string, '6+'),
  topicId: field(uuid, { versions: '6+' }),
  errorCode: int16,
  errorMessage: field(nullable(string), { versions: '5+', default: null }),
})

const response = struct({
  throttleTimeMs: field(int32, { versions: '1+' }),
  responses: array(resultResponse),
})

/**
 * Deletes topics, from version 6 on also by id (KIP-516).
 *
 * Version 4: flexible. 5: error messages.
 */
export const deleteTopics = defineApi({ key: 20, name: 'DeleteTopics', versions: { min: 0, max: 6 }, flexibleFrom: 4, request, response })

export type DeleteTopicsRequest = Infer<typeof request>
export type DeleteTopicsResponse = Draft<typeof response>
export type DeleteTopicsResultResponse = Draft<typeof resultResponse>
