import { usageError } from '../errors/cli-error.ts'
import { durationFlag } from '../flags/duration.ts'
import { parseKeyValues } from '../flags/key-value.ts'
import { Flags } from '../flags/oclif.ts'
import { propertyOptions } from './client-properties.ts'
import type { Context } from './contexts.ts'
import { readBrokers, readColor } from './read-context.ts'

/** What a context is made of, as flags of `context add` and `context set`. */
export const contextFlags = {
  brokers: Flags.string({ char: 'b', summary: 'Brokers to begin with, separated by commas', helpValue: 'host:port' }),
  color: Flags.string({ summary: 'A colour to know it by', helpValue: 'red' }),
  protected: Flags.boolean({ summary: 'Destructive commands need the name typed', allowNo: true }),
  timeout: durationFlag({ summary: 'How long a broker may take to answer', helpValue: '10s', minMs: 1 }),
  property: Flags.string({
    char: 'X',
    summary: 'A property of the client (repeatable)',
    helpValue: 'key=value',
    multiple: true,
    multipleNonGreedy: true,
  }),
}

/** The flags as parsed. */
export interface ParsedContextFlags {
  readonly brokers?: string | undefined
  readonly color?: string | undefined
  readonly protected?: boolean | undefined
  readonly timeout?: number | undefined
  readonly property?: readonly string[] | undefined
}

/** A context with what the flags change. */
export function applyContextFlags(base: Context | undefined, flags: ParsedContextFlags): Context {
  const brokers = flags.brokers === undefined ? base?.brokers : readBrokers(flags.brokers, '--brokers')
  if (brokers === undefined) throw usageError('A context needs brokers.', 'add --brokers host:port')
  const color = flags.color === undefined ? base?.color : readColor(flags.color, '--color')
  const timeoutMs = flags.timeout ?? base?.timeoutMs
  const properties = { ...base?.properties, ...parseKeyValues(flags.property, '-X') }
  // Called for its checks: a context never holds a property that no command understands.
  propertyOptions(new Map(Object.entries(properties).map(([name, value]) => [name, { value, source: '-X' }])), 'client')
  return {
    brokers,
    isProtected: flags.protected ?? base?.isProtected ?? false,
    properties,
    ...(color === undefined ? {} : { color }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }
}

/** A name that a file, a flag and a shell can hold without quoting. */
export function checkContextName(name: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw usageError(`${name} is not a name for a context: letters, digits, dots, dashes and underscores.`)
}
