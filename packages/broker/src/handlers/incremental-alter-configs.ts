import { type AlterConfigsResource, type Apis, ConfigOperation, type IncrementalAlterConfigsRequest, KafkaError } from '@kafka-ts/protocol'
import type { ConfigChange } from '../controller/config-changes.ts'
import type { BrokerCore } from '../core.ts'
import { type AlteredResourceOutcome, alterResources } from './alter-resources.ts'
import type { Handler } from './handler.ts'

const operations: ReadonlyMap<number, ConfigChange['operation']> = new Map([
  [ConfigOperation.set, 'set'],
  [ConfigOperation.delete, 'delete'],
  [ConfigOperation.append, 'append'],
  [ConfigOperation.subtract, 'subtract'],
])

/** Changes configs; those of one resource together or not at all. */
export const handleIncrementalAlterConfigs: Handler<Apis['incrementalAlterConfigs']> = async ({ core }, request) => ({
  response: { resources: await incrementalAlterConfigs(core, request) },
})

/** One outcome a resource, in order. */
export function incrementalAlterConfigs(
  core: BrokerCore,
  { resources, validateOnly }: IncrementalAlterConfigsRequest,
): Promise<AlteredResourceOutcome[]> {
  return alterResources(resources, async ({ configs }, target) =>
    core.controller.alterConfigs(target, configs.map(toChange), { validateOnly }),
  )
}

function toChange({ name, operation, value }: AlterConfigsResource['configs'][number]): ConfigChange {
  const known = operations.get(operation)
  if (known === undefined) throw new KafkaError('INVALID_REQUEST', `there is no operation ${operation} on a config`)
  return { name, operation: known, value }
}
