import { defineApi } from '../api.ts'
import { boolean, int8, int16, int32 } from '../fixed-types.ts'
import type { Draft, Infer } from '../schema.ts'
import { array, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const resourceRequest = struct({
  /** 2 topic, 4 broker, 8 broker logger. */
  resourceType: int8,
  resourceName: string,
  /** All of them: those left out return to their defaults. */
  configs: array(struct({ name: string, value: nullable(string) })),
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
 * Replaces all configs of a topic or broker (KIP-133). IncrementalAlterConfigs is what to use instead.
 *
 * Version 2: flexible.
 */
export const alterConfigs = defineApi({ key: 33, name: 'AlterConfigs', versions: { min: 0, max: 2 }, flexibleFrom: 2, request, response })

export type AlterConfigsRequest = Infer<typeof request>
export type AlterConfigsResourceRequest = Infer<typeof resourceRequest>
export type AlterConfigsResponse = Draft<typeof response>
export type AlterConfigsResultResponse = Draft<typeof resultResponse>
