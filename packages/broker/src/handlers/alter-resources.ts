import { ConfigResourceType, KafkaError } from '@kafka-ts/protocol'
import type { ConfigResource } from '../controller/controller.ts'
import { asItemError, type ItemError, repeated } from './item-error.ts'

/** Something that has configs, and what of them is to change. */
export interface AlteredResource {
  /** A number of `ConfigResourceType`. */
  readonly resourceType: number
  readonly resourceName: string
  readonly configs: readonly { readonly name: string }[]
}

/** What became of the changes to one resource. */
export interface AlteredResourceOutcome extends ItemError {
  readonly resourceType: number
  readonly resourceName: string
}

const resourceTypes: ReadonlyMap<number, ConfigResource['type']> = new Map([
  [ConfigResourceType.topic, 'topic'],
  [ConfigResourceType.group, 'group'],
])

/** Changes the configs of resources, one after the other; `alter` does it for one of them. One outcome a resource, in order. */
export async function alterResources<Resource extends AlteredResource>(
  resources: readonly Resource[],
  alter: (resource: Resource, target: ConfigResource) => Promise<void>,
): Promise<AlteredResourceOutcome[]> {
  const key = ({ resourceType, resourceName }: AlteredResource): string => `${resourceType} ${resourceName}`
  const twice = repeated(resources.map(key))
  const outcomes: AlteredResourceOutcome[] = []
  for (const resource of resources) {
    const { resourceType, resourceName } = resource
    const error = await asItemError(async () => {
      if (twice.has(key(resource))) throw new KafkaError('INVALID_REQUEST', `${resourceName} is in the request twice`)
      await alter(resource, toTarget(resource))
    })
    outcomes.push({ ...error, resourceType, resourceName })
  }
  return outcomes
}

/** Throws INVALID_REQUEST for what cannot be altered. */
function toTarget({ resourceType, resourceName, configs }: AlteredResource): ConfigResource {
  if (resourceType === ConfigResourceType.broker) {
    throw new KafkaError('INVALID_REQUEST', 'the configs of a broker are read at its start: change them there and start it again')
  }
  const type = resourceTypes.get(resourceType)
  if (type === undefined) throw new KafkaError('INVALID_REQUEST', `resources of type ${resourceType} have no configs here`)
  if (type === 'group' && resourceName === '') throw new KafkaError('INVALID_REQUEST', 'a group has a name')
  const [name] = repeated(configs.map((config) => config.name))
  if (name !== undefined) throw new KafkaError('INVALID_REQUEST', `${name} is in the request twice`)
  return { type, name: resourceName }
}
