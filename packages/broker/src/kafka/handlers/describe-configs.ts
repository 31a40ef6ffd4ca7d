import type { DescribeConfigsConfigResponse, DescribeConfigsResultResponse, KafkaApis } from '@kafka-ts/kafka-wire'
import type { ConfigEntry, DescribeConfigsResourceResponse } from '@kafka-ts/protocol'
import type { BrokerCore } from '../../core.ts'
import { describeConfigs } from '../../handlers/describe-configs.ts'
import { synonymsOf } from '../config-synonyms.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Tells the configs of topics and of this broker, and where each value comes from. */
export const handleDescribeConfigs: KafkaHandler<KafkaApis['describeConfigs']> = async ({ core }, request) => {
  const { includeDocumentation, includeSynonyms } = request
  const resources = request.resources.map(({ resourceType, resourceName, configurationKeys }) => ({
    resourceType,
    resourceName,
    // As in Kafka no name stands for all of them, as null does.
    configNames: configurationKeys?.length === 0 ? null : configurationKeys,
  }))
  const described = await describeConfigs(core, { resources, includeDocumentation })
  return { ...NO_THROTTLE, results: described.map((resource) => toResult(core, resource, includeSynonyms)) }
}

function toResult(
  core: BrokerCore,
  { configs, ...resource }: DescribeConfigsResourceResponse,
  includeSynonyms: boolean,
): DescribeConfigsResultResponse {
  return {
    ...resource,
    configs: configs.map((config) => ({ ...toConfig(config), synonyms: includeSynonyms ? synonymsOf(core.config, resource, config) : [] })),
  }
}

function toConfig(config: ConfigEntry): DescribeConfigsConfigResponse {
  const { name, value, isReadOnly, isDefault, isSensitive, source, documentation, type } = config
  return { name, value, readOnly: isReadOnly, isDefault, configSource: source, isSensitive, configType: type, documentation }
}
