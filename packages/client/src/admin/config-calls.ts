import { apis, ConfigOperation, ConfigResourceType, ConfigSource, type ConfigEntry as WireConfigEntry } from '@kafka-ts/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { adminRequest, itemError } from './admin-request.ts'
import type {
  AdminChangeOptions,
  ConfigAlteration,
  ConfigEntry,
  ConfigOrigin,
  ConfigResource,
  DescribeConfigsOptions,
  Outcome,
} from './admin-types.ts'

const ORIGINS: Readonly<Record<number, ConfigOrigin>> = {
  [ConfigSource.dynamicTopic]: 'dynamic-topic',
  [ConfigSource.dynamicBroker]: 'dynamic-broker',
  [ConfigSource.dynamicDefaultBroker]: 'dynamic-default-broker',
  [ConfigSource.staticBroker]: 'static-broker',
  [ConfigSource.group]: 'dynamic-group',
  [ConfigSource.default]: 'default',
}

export async function describeConfigs(
  cluster: Cluster,
  resources: readonly ConfigResource[],
  options: DescribeConfigsOptions,
): Promise<Outcome<{ readonly resource: ConfigResource }, { readonly configs: readonly ConfigEntry[] }>[]> {
  const configNames = options.names === undefined ? null : [...options.names]
  const request = {
    resources: resources.map((resource) => ({ ...toWire(resource), configNames })),
    includeDocumentation: options.includeDocumentation ?? false,
  }
  const response = await adminRequest(cluster, apis.describeConfigs, { request, options })
  const byKey = new Map(response.resources.map((found) => [keyOf(found), found]))
  return resources.map((resource) => {
    const found = byKey.get(keyOf(toWire(resource)))
    const error = itemError(found, `${resource.type} "${resource.name}"`)
    return error === undefined ? { resource, configs: (found?.configs ?? []).map(readConfig) } : { resource, error }
  })
}

export async function alterConfigs(
  cluster: Cluster,
  alterations: readonly ConfigAlteration[],
  options: AdminChangeOptions,
): Promise<Outcome<{ readonly resource: ConfigResource }>[]> {
  const request = {
    resources: alterations.map(({ resource, changes }) => ({
      ...toWire(resource),
      configs: changes.map(({ name, operation, value }) => ({
        name,
        operation: ConfigOperation[operation],
        value: value === undefined ? null : String(value),
      })),
    })),
    validateOnly: options.validateOnly ?? false,
  }
  const response = await adminRequest(cluster, apis.incrementalAlterConfigs, { request, options })
  const byKey = new Map(response.resources.map((found) => [keyOf(found), found]))
  return alterations.map(({ resource }) => {
    const error = itemError(byKey.get(keyOf(toWire(resource))), `${resource.type} "${resource.name}"`)
    return error === undefined ? { resource } : { resource, error }
  })
}

interface WireResource {
  readonly resourceType: number
  readonly resourceName: string
}

function toWire({ type, name }: ConfigResource): WireResource {
  return { resourceType: ConfigResourceType[type], resourceName: name }
}

function keyOf({ resourceType, resourceName }: WireResource): string {
  return `${resourceType} ${resourceName}`
}

function readConfig({ source, name, value, isDefault, isReadOnly, isSensitive, documentation }: WireConfigEntry): ConfigEntry {
  return { name, value, source: ORIGINS[source] ?? 'unknown', isDefault, isReadOnly, isSensitive, documentation }
}
