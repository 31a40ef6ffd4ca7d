import { defineApi } from '../api.ts'
import { boolean, int8, int16, int32 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const resourceRequest = struct({
  /** 2 topic, 4 broker, 8 broker logger. */
  resourceType: int8,
  resourceName: string,
  /** null: all. */
  configurationKeys: nullable(array(string)),
})

const request = struct({
  resources: array(resourceRequest),
  includeSynonyms: field(boolean, { versions: '1+', default: false }),
  includeDocumentation: field(boolean, { versions: '3+', default: false }),
})

const configResponse = struct({
  name: string,
  /** null where it is sensitive. */
  value: nullable(string),
  readOnly: boolean,
  /** In place of `configSource`. */
  isDefault: field(boolean, { versions: '0' }),
  configSource: field(int8, { versions: '1+', default: -1 }),
  isSensitive: boolean,
  synonyms: field(array(struct({ name: string, value: nullable(string), source: int8 })), { versions: '1+' }),
  configType: field(int8, { versions: '3+', default: 0 }),
  documentation: field(nullable(string), { versions: '3+' }),
})

const resultResponse = struct({
  errorCode: int16,
  errorMessage: nullable(string),
  resourceType: int8,
  resourceName: string,
  configs: array(configResponse),
})

const response = struct({
  throttleTimeMs: int32,
  results: array(resultResponse),
})

/**
 * The configs of topics and brokers (KIP-133).
 *
 * Version 1: sources and synonyms (KIP-226). 3: types and documentation (KIP-569). 4: flexible.
 */
export const describeConfigs = defineApi({
  key: 32,
  name: 'DescribeConfigs',
  versions: { min: 0, max: 4 },
  flexibleFrom: 4,
  request,
  response,
})

export type DescribeConfigsRequest = Infer<typeof request>
export type DescribeConfigsResourceRequest = Infer<typeof resourceRequest>
export type DescribeConfigsResponse = Draft<typeof response>
export type DescribeConfigsConfigResponse = Draft<typeof configResponse>
export type DescribeConfigsResultResponse = Draft<typeof resultResponse>
