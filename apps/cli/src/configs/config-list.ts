import type { ConfigEntry, ConfigResource } from '@kafka-ts/client'
import { usageError } from '../errors/cli-error.ts'
import { Flags } from '../flags/oclif.ts'
import type { Listing } from '../output/listing.ts'
import { flag, nullable, object, type ShapeOf, text } from '../output/shape.ts'

/** Whose configs: exactly one of these is given. */
export const resourceFlags = {
  topic: Flags.string({ summary: 'Of this topic', helpValue: 'NAME', exactlyOne: ['topic', 'broker', 'cluster', 'group'] }),
  broker: Flags.string({ summary: 'Of this broker', helpValue: 'ID' }),
  cluster: Flags.boolean({ summary: 'What all brokers of the cluster start from' }),
  group: Flags.string({ summary: 'Of this consumer group', helpValue: 'ID' }),
}

/** The flags as parsed. */
export interface ResourceFlags {
  readonly topic?: string | undefined
  readonly broker?: string | undefined
  readonly cluster?: boolean
  readonly group?: string | undefined
}

/** The resource that the flags name. */
export function resourceOf(flags: ResourceFlags): ConfigResource {
  if (flags.topic !== undefined) return { type: 'topic', name: flags.topic }
  if (flags.group !== undefined) return { type: 'group', name: flags.group }
  if (flags.cluster) return { type: 'broker', name: '' }
  if (flags.broker === undefined || !/^\d+$/.test(flags.broker))
    throw usageError(`--broker: ${flags.broker} is not the id of a broker.`, 'kafka-ts brokers list')
  return { type: 'broker', name: flags.broker }
}

/** How messages name a resource: `topic orders`, `broker 1`, `all brokers`. */
export function drawResource({ type, name }: ConfigResource): string {
  return type === 'broker' && name === '' ? 'all brokers' : `${type} ${name}`
}

const shape = object({
  name: text(),
  value: nullable(text('null when it is sensitive, or has none')),
  source: text('dynamic-topic, dynamic-broker, dynamic-default-broker, dynamic-group, static-broker or default'),
  isDefault: flag(),
  isReadOnly: flag(),
  isSensitive: flag(),
})

/** A config of a topic or a broker. */
export type ConfigItem = ShapeOf<typeof shape>

/** An entry of the SDK as an item. */
export function configItem({ name, value, source, isDefault, isReadOnly, isSensitive }: ConfigEntry): ConfigItem {
  return { name, value, source, isDefault, isReadOnly, isSensitive }
}

/** Configs, one a line. */
export const configListing: Listing<ConfigItem> = {
  kind: 'ConfigList',
  item: shape,
  name: (item) => item.name,
  columns: [
    { header: 'NAME', value: (item) => item.name, isName: true },
    { header: 'VALUE', value: (item) => (item.isSensitive ? '(sensitive)' : item.value) },
    { header: 'SOURCE', value: (item) => item.source },
    { header: 'READ-ONLY', value: (item) => item.isReadOnly, isWide: true },
  ],
}
