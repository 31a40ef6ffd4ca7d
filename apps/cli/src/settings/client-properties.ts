import type { ConsumerOptions, KafkaOptions, ProducerOptions } from '@kafka-ts/client'
import { closest } from '../closest.ts'
import { usageError } from '../errors/cli-error.ts'
import type { Sourced } from './settings.ts'

/** Which part of the client a property belongs to. */
export type PropertyScope = 'client' | 'producer' | 'consumer'

interface PropertyRow {
  readonly scope: PropertyScope
  readonly option: keyof KafkaOptions | keyof ProducerOptions | keyof ConsumerOptions<string>
  readonly type: 'text' | 'number' | 'flag'
}

/** Kafka's name of a property -> the SDK's option. */
const PROPERTIES: Readonly<Record<string, PropertyRow>> = {
  'client.id': { scope: 'client', option: 'clientId', type: 'text' },
  'request.timeout.ms': { scope: 'client', option: 'requestTimeoutMs', type: 'number' },
  'socket.connection.setup.timeout.ms': { scope: 'client', option: 'connectTimeoutMs', type: 'number' },
  'retry.backoff.ms': { scope: 'client', option: 'retryBackoffMs', type: 'number' },
  'retry.backoff.max.ms': { scope: 'client', option: 'retryBackoffMaxMs', type: 'number' },
  'metadata.max.age.ms': { scope: 'client', option: 'metadataMaxAgeMs', type: 'number' },
  'batch.size': { scope: 'producer', option: 'batchBytes', type: 'number' },
  'buffer.memory': { scope: 'producer', option: 'bufferBytes', type: 'number' },
  'delivery.timeout.ms': { scope: 'producer', option: 'deliveryTimeoutMs', type: 'number' },
  'enable.idempotence': { scope: 'producer', option: 'idempotent', type: 'flag' },
  'linger.ms': { scope: 'producer', option: 'lingerMs', type: 'number' },
  'max.block.ms': { scope: 'producer', option: 'maxBlockMs', type: 'number' },
  'max.in.flight.requests.per.connection': { scope: 'producer', option: 'maxInFlightRequests', type: 'number' },
  'max.request.size': { scope: 'producer', option: 'maxRequestBytes', type: 'number' },
  'check.crcs': { scope: 'consumer', option: 'checkCrcs', type: 'flag' },
  'fetch.max.bytes': { scope: 'consumer', option: 'fetchMaxBytes', type: 'number' },
  'fetch.max.wait.ms': { scope: 'consumer', option: 'fetchMaxWaitMs', type: 'number' },
  'fetch.min.bytes': { scope: 'consumer', option: 'fetchMinBytes', type: 'number' },
  'max.partition.fetch.bytes': { scope: 'consumer', option: 'partitionMaxBytes', type: 'number' },
}

/** The properties of one scope as options of the SDK. A name that nobody knows, or a value that does not fit, is an error wherever it stands. */
export function propertyOptions(
  properties: ReadonlyMap<string, Sourced<string>>,
  scope: PropertyScope,
): Record<string, string | number | boolean> {
  const options: Record<string, string | number | boolean> = {}
  for (const [name, { value, source }] of properties) {
    const row = PROPERTIES[name]
    if (row === undefined) throw unknownProperty(name, source)
    const parsed = parseValue(row, value)
    if (parsed === undefined) throw usageError(`${source}: ${name}=${value} is not a ${row.type === 'flag' ? 'true or false' : row.type}.`)
    if (row.scope === scope) options[row.option] = parsed
  }
  return options
}

/** Refuses properties on the command line that the command would ignore. In a context they wait for the commands that use them. */
export function checkScopes(properties: ReadonlyMap<string, Sourced<string>>, scopes: readonly PropertyScope[]): void {
  for (const [name, { source }] of properties) {
    const row = PROPERTIES[name]
    if (row === undefined) throw unknownProperty(name, source)
    if (source.startsWith('flag') && !scopes.includes(row.scope))
      throw usageError(`-X ${name}: this command has no ${row.scope} that it could apply to.`)
  }
}

function unknownProperty(name: string, source: string): Error {
  const near = closest(name, Object.keys(PROPERTIES))
  return usageError(
    `${source}: ${name} is not a property of the client.`,
    near === undefined ? `known: ${Object.keys(PROPERTIES).join(', ')}` : `did you mean ${near}?`,
  )
}

function parseValue(row: PropertyRow, value: string): string | number | boolean | undefined {
  if (row.type === 'text') return value
  if (row.type === 'number') return /^\d+$/.test(value) ? Number(value) : undefined
  return value === 'true' ? true : value === 'false' ? false : undefined
}
