import type { IncrementalAlterConfigsResourceRequest, KafkaApis } from '@kafka-ts/kafka-wire'
import { incrementalAlterConfigs } from '../../handlers/incremental-alter-configs.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Changes configs; those of one resource together or not at all. */
export const handleIncrementalAlterConfigs: KafkaHandler<KafkaApis['incrementalAlterConfigs']> = async ({ core }, request) => ({
  ...NO_THROTTLE,
  responses: await incrementalAlterConfigs(core, {
    resources: request.resources.map(toNative),
    validateOnly: request.validateOnly,
  }),
})

function toNative({ configs, ...resource }: IncrementalAlterConfigsResourceRequest) {
  return { ...resource, configs: configs.map(({ name, configOperation, value }) => ({ name, operation: configOperation, value })) }
}
