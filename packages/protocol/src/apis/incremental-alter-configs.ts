import { defineApi } from '../api.ts'
import { array, boolean, type Infer, int8, int16, nullable, string, struct } from '../schema.ts'
import { MAX_CONFIGS, MAX_RESOURCES } from './limits.ts'

/** Kafka's numbers for what to do with a config; the last two are for lists. */
export const ConfigOperation = { set: 0, delete: 1, append: 2, subtract: 3 } as const

const resourceRequest = struct({
  /** A number of `ConfigResourceType`. */
  resourceType: int8,
  resourceName: string,
  /** `operation`: a number of `ConfigOperation`. `value`: null with `delete`. */
  configs: array(struct({ name: string, operation: int8, value: nullable(string) }), MAX_CONFIGS),
})

const request = struct({
  resources: array(resourceRequest, MAX_RESOURCES),
  /** Check only, change nothing. */
  validateOnly: boolean,
})

const response = struct({
  resources: array(struct({ errorCode: int16, errorMessage: nullable(string), resourceType: int8, resourceName: string }), MAX_RESOURCES),
})

/**
 * Changes some configs and leaves the others; the changes of one resource happen together or not at all (KIP-339).
 *
 * Errors of a resource: INVALID_CONFIG, INVALID_REQUEST (named twice, or an operation the config does not have),
 * UNKNOWN_TOPIC_OR_PARTITION, POLICY_VIOLATION, NOT_CONTROLLER, TOPIC_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED.
 */
export const incrementalAlterConfigs = defineApi({
  key: 44,
  name: 'incrementalAlterConfigs',
  minVersion: 0,
  maxVersion: 0,
  request,
  response,
})

export type IncrementalAlterConfigsRequest = Infer<typeof request>
export type AlterConfigsResource = Infer<typeof resourceRequest>
export type IncrementalAlterConfigsResponse = Infer<typeof response>
