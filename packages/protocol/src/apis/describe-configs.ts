import { defineApi } from '../api.ts'
import { array, boolean, type Infer, int8, int16, nullable, string, struct } from '../schema.ts'
import { configEntry } from './config-entry.ts'
import { MAX_CONFIGS, MAX_RESOURCES } from './limits.ts'

const request = struct({
  resources: array(
    struct({
      /** A number of `ConfigResourceType`. */
      resourceType: int8,
      /** The topic, or the broker id as text; an empty name is the default of all brokers. */
      resourceName: string,
      /** null: all of them. */
      configNames: nullable(array(string, MAX_CONFIGS)),
    }),
    MAX_RESOURCES,
  ),
  includeDocumentation: boolean,
})

const resourceResponse = struct({
  errorCode: int16,
  errorMessage: nullable(string),
  resourceType: int8,
  resourceName: string,
  configs: array(configEntry, MAX_CONFIGS),
})

const response = struct({ resources: array(resourceResponse, MAX_RESOURCES) })

/**
 * The configs of topics and brokers, with where each value comes from (KIP-133, KIP-226, KIP-569).
 *
 * Errors of a resource: UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION, INVALID_REQUEST (type or broker id), TOPIC_AUTHORIZATION_FAILED,
 * CLUSTER_AUTHORIZATION_FAILED.
 */
export const describeConfigs = defineApi({ key: 32, name: 'describeConfigs', minVersion: 0, maxVersion: 0, request, response })

export type DescribeConfigsRequest = Infer<typeof request>
export type DescribeConfigsResponse = Infer<typeof response>
export type DescribeConfigsResourceResponse = Infer<typeof resourceResponse>
