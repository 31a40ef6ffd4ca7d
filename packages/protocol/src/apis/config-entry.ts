import { boolean, type Infer, int8, nullable, string, struct } from '../schema.ts'

/** Kafka's numbers for what a config belongs to. */
export const ConfigResourceType = { topic: 2, broker: 4, group: 32 } as const

/** Kafka's numbers for where the value of a config comes from. */
export const ConfigSource = {
  unknown: 0,
  dynamicTopic: 1,
  dynamicBroker: 2,
  dynamicDefaultBroker: 3,
  staticBroker: 4,
  default: 5,
  dynamicBrokerLogger: 6,
  clientMetrics: 7,
  group: 8,
} as const

/** Kafka's numbers for the type of a config's value. */
export const ConfigType = {
  unknown: 0,
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
} as const

/** One config as it stands. */
export const configEntry = struct({
  name: string,
  /** null where it is sensitive, or has no value. */
  value: nullable(string),
  isReadOnly: boolean,
  isDefault: boolean,
  isSensitive: boolean,
  /** A number of `ConfigSource`. */
  source: int8,
  /** null unless asked for. */
  documentation: nullable(string),
  /** A number of `ConfigType`. */
  type: int8,
})

export type ConfigEntry = Infer<typeof configEntry>
