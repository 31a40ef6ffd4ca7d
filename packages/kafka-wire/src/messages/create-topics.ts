import { defineApi } from '../api.ts'
import { boolean, int8, int16, int32, uuid } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const topicRequest = struct({
  name: string,
  /** -1: that of the broker, or of `assignments`. */
  numPartitions: int32,
  /** -1: that of the broker, or of `assignments`. */
  replicationFactor: int16,
  assignments: array(struct({ partitionIndex: int32, brokerIds: array(int32) })),
  configs: array(struct({ name: string, value: nullable(string) })),
})

const request = struct({
  topics: array(topicRequest),
  timeoutMs: field(int32, { default: 60000 }),
  /** Check, but make nothing. */
  validateOnly: field(boolean, { versions: '1+', default: false }),
})

const configResponse = struct({
  name: string,
  value: nullable(string),
  readOnly: boolean,
  configSource: field(int8, { default: -1 }),
  isSensitive: boolean,
})

const topicResponse = struct({
  name: string,
  topicId: field(uuid, { versions: '7+' }),
  errorCode: int16,
  errorMessage: field(nullable(string), { versions: '1+' }),
  /** Why `configs` is null. */
  topicConfigErrorCode: field(int16, { versions: '5+', tag: 0 }),
  numPartitions: field(int32, { versions: '5+', default: -1 }),
  replicationFactor: field(int16, { versions: '5+', default: -1 }),
  /** null: not allowed to see them. */
  configs: field(nullable(array(configResponse)), { versions: '5+' }),
})

const response = struct({
  throttleTimeMs: field(int32, { versions: '2+' }),
  topics: array(topicResponse),
})

/**
 * Creates topics.
 *
 * Version 1: `validateOnly`. 4: counts of -1 take the broker's defaults (KIP-464). 5: flexible, the configs of what was made (KIP-525).
 * 7: topic ids (KIP-516).
 */
export const createTopics = defineApi({ key: 19, name: 'CreateTopics', versions: { min: 0, max: 7 }, flexibleFrom: 5, request, response })

export type CreateTopicsRequest = Infer<typeof request>
export type CreateTopicsTopicRequest = Infer<typeof topicRequest>
export type CreateTopicsResponse = Draft<typeof response>
export type CreateTopicsConfigResponse = Draft<typeof configResponse>
export type CreateTopicsTopicResponse = Draft<typeof topicResponse>
