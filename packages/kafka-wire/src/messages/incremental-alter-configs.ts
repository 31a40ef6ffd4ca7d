import { defineApi } from '../api.ts'
import { boolean, int8, int16, int32 } from '../fixed-types.ts'
import type { Draft, Infer } from '../schema.ts'
import { array, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const configRequest = struct({
  name: string,
  /** 0 set, 1 delete, 2 append, 3 subtract. */
  configOperation: int8,
  value: nullable(string),
})

const resourceRequest = struct({
  /** 2 topic, 4 broker, 8 broker logger. */
  resourceType: int8,
  resourceName: string,
  configs: array(configRequest),
})

const request = struct({
  resources: array(resourceRequest),
  validateOnly: boolean,
})

const resultResponse = struct({
  errorCode: int16,
  errorMessage: nullable(string),
  resourceType: int8,
  resourceName: string,
})

const response = struct({
  throttleTimeMs: int32,
  responses: array(resultResponse),
})

/**
 * Changes single configs of a topic or broker (KIP-339).
 *
 * Version 1: flexible.
 */
export const incrementalAlterConfigs = defineApi({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: { min: 0, max: 1 },
  flexibleFrom: 1,
  request,
  response,
})

export type IncrementalAlterConfigsRequest = Infer<typeof request>
export type IncrementalAlterConfigsConfigRequest = Infer<typeof configRequest>
export type IncrementalAlterConfigsResourceRequest = Infer<typeof resourceRequest>
export type IncrementalAlterConfigsResponse = Draft<typeof response>
export type IncrementalAlterConfigsResultResponse = Draft<typeof resultResponse>
