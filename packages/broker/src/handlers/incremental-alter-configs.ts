import {
  type AlterConfigsResource,
  type Apis,
  ConfigOperation,
  ConfigResourceType,
  type IncrementalAlterConfigsResponse,
  KafkaError,
} from '@kafka-ts/protocol'
import type { ConfigChange } from '../controller/config-changes.ts'
import type { BrokerCore } from '../core.ts'
import type { Handler } from './handler.ts'
import { asItemError, repeated } from './item-error.ts'

const operations: ReadonlyMap<number, ConfigChange['operation']> = new Map([
  [ConfigOperation.set, 'set'],
  [ConfigOperation.delete, 'delete'],
  [ConfigOperation.append, 'append'],
  [ConfigOperation.subtract, 'subtract'],
])

/** Changes configs; those of one resource together or not at all. */
export const handleIncrementalAlterConfigs: Handler<Apis['incrementalAlterConfigs']> = async ({ core }, request) => {
  const { validateOnly } = request
  const key = ({ resourceType, resourceName }: AlterConfigsResource): string => `${resourceType} ${resourceName}`
  const twice = repeated(request.resources.map(key))
  const resources: IncrementalAlterConfigsResponse['resources'][number][] = []
  for (const resource of request.resources) {
    const { resourceType, resourceName } = resource
    const error = await asItemError(async () => {
      if (twice.has(key(resource))) throw new KafkaError('INVALID_REQUEST', `${resourceName} is in the request twice`)
      await alter(core, resource, { validateOnly })
    })
    resources.push({ ...error, resourceType, resourceName })
  }
  return { response: { resources } }
}

async function alter(
  core: BrokerCore,
  { resourceType, resourceName, configs }: AlterConfigsResource,
  options: { readonly validateOnly: boolean },
): Promise<void> {
  if (resourceType === ConfigResourceType.broker) {
    throw new KafkaError('INVALID_REQUEST', 'the configs of a broker are read at its start: change them there and start it again')
  }
  if (resourceType !== ConfigResourceType.topic)
    throw new KafkaError('INVALID_REQUEST', `resources of type ${resourceType} have no configs here`)
  const [name] = repeated(configs.map((config) => config.name))
  if (name !== undefined) throw new KafkaError('INVALID_REQUEST', `${name} is in the request twice`)
  await core.controller.alterTopicConfigs(resourceName, configs.map(toChange), options)
}

function toChange({ name, operation, value }: AlterConfigsResource['configs'][number]): ConfigChange {
  const known = operations.get(operation)
  if (known === undefined) throw new KafkaError('INVALID_REQUEST', `there is no operation ${operation} on a config`)
  return { name, operation: known, value }
}
