import { ConfigResourceType, KafkaError } from '@kafka-ts/protocol'
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

/** Changes the configs of resources, one after the other; `alterTopic` does it for a topic. One outcome a resource, in order. */
export async function alterResources<Resource extends AlteredResource>(
  resources: readonly Resource[],
  alterTopic: (resource: Resource) => Promise<void>,
): Promise<AlteredResourceOutcome[]> {
  const key = ({ resourceType, resourceName }: AlteredResource): string => `${resourceType} ${resourceName}`
  const twice = repeated(resources.map(key))
  const outcomes: AlteredResourceOutcome[] = []
  for (const resource of resources) {
    const { resourceType, resourceName } = resource
    const error = await asItemError(async () => {
      if (twice.has(key(resource))) throw new KafkaError('INVALID_REQUEST', `${resourceName} is in the request twice`)
      ensureAlterable(resource)
      await alterTopic(resource)
    })
    outcomes.push({ ...error, resourceType, resourceName })
  }
  return outcomes
}

function ensureAlterable({ resourceType, configs }: AlteredResource): void {
  if (resourceType === ConfigResourceType.broker) {
    throw new KafkaError('INVALID_REQUEST', 'the configs of a broker are read at its start: change them there and start it again')
  }
  if (resourceType !== ConfigResourceType.topic)
    throw new KafkaError('INVALID_REQUEST', `resources of type ${resourceType} have no configs here`)
  const [name] = repeated(configs.map((config) => config.name))
  if (name !== undefined) throw new KafkaError('INVALID_REQUEST', `${name} is in the request twice`)
}
