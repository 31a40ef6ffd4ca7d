import type { KafkaApis } from '@kafka-ts/kafka-wire'
import { alterResources } from '../../handlers/alter-resources.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Sets all configs of topics and groups: those not given go back to their defaults. */
export const handleAlterConfigs: KafkaHandler<KafkaApis['alterConfigs']> = async ({ core }, { resources, validateOnly }) => ({
  ...NO_THROTTLE,
  responses: await alterResources(resources, ({ configs }, target) => core.controller.replaceConfigs(target, configs, { validateOnly })),
})
