import {
  type Apis,
  type ConfigEntry,
  ConfigResourceType,
  type DescribeConfigsRequest,
  type DescribeConfigsResourceResponse,
  KafkaError,
} from '@kafka-ts/protocol'
import { usableTopic } from '../controller/cluster-image.ts'
import type { BrokerCore } from '../core.ts'
import { brokerConfigEntries, type ConfigEntryOptions, groupConfigEntries, topicConfigEntries } from './config-entries.ts'
import type { Handler } from './handler.ts'
import { asItemError } from './item-error.ts'

type Resource = DescribeConfigsRequest['resources'][number]

/** Tells the configs of topics, of groups and of this broker, and where each value comes from. */
export const handleDescribeConfigs: Handler<Apis['describeConfigs']> = async ({ core }, request) => ({
  response: { resources: await describeConfigs(core, request) },
})

/** One outcome a resource, in order. */
export async function describeConfigs(core: BrokerCore, request: DescribeConfigsRequest): Promise<DescribeConfigsResourceResponse[]> {
  const resources: DescribeConfigsResourceResponse[] = []
  for (const resource of request.resources) {
    const { resourceType, resourceName, configNames } = resource
    const { includeDocumentation } = request
    let configs: ConfigEntry[] = []
    const error = await asItemError(async () => {
      configs = describe(
        core,
        resource,
        configNames === null ? { includeDocumentation } : { includeDocumentation, names: new Set(configNames) },
      )
    })
    resources.push({ ...error, resourceType, resourceName, configs })
  }
  return resources
}

function describe(core: BrokerCore, { resourceType, resourceName }: Resource, options: ConfigEntryOptions): ConfigEntry[] {
  switch (resourceType) {
    case ConfigResourceType.topic: {
      const topic = usableTopic(core.controller.image, resourceName)
      if (topic === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic ${resourceName}`)
      return topicConfigEntries(core.config, topic.overrides, options)
    }
    case ConfigResourceType.group:
      if (resourceName === '') throw new KafkaError('INVALID_REQUEST', 'a group has a name')
      return groupConfigEntries(core.config, core.controller.image.groupConfigs.get(resourceName) ?? {}, options)
    case ConfigResourceType.broker:
      if (resourceName === '') return []
      if (resourceName !== String(core.nodeId))
        throw new KafkaError('INVALID_REQUEST', `this is broker ${core.nodeId}, not ${resourceName}`)
      return brokerConfigEntries(core.config, options)
    default:
      throw new KafkaError('INVALID_REQUEST', `resources of type ${resourceType} have no configs here`)
  }
}
