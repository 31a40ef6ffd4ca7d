import { usageError } from '../errors/cli-error.ts'
import { parseList } from '../flags/key-value.ts'
import { parseDuration } from '../flags/parse-duration.ts'
import type { Context, ContextColor } from './contexts.ts'

/** What a context is in the file: plain values as they come from YAML. */
type Fields = Readonly<Record<string, unknown>>

const securityKeys = ['tls', 'sasl']
const contextKeys = ['brokers', 'color', 'protected', 'timeout', 'properties']
const colors = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white', 'gray'] as const

/** Whether a value is a mapping. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Checks one context; `where` names it in errors. What this version cannot honour is refused: a context that asks for TLS is never used without. */
export function readContext(value: unknown, where: string): Context {
  if (!isFields(value)) throw usageError(`${where} is not a mapping.`)
  for (const key of Object.keys(value)) {
    if (securityKeys.includes(key))
      throw usageError(`${where}: ${key} is not supported by this version, and connecting without it is not what it says.`)
    if (!contextKeys.includes(key)) throw usageError(`${where}: ${key} is not known.`, `it may hold ${contextKeys.join(', ')}`)
  }
  const timeoutMs = readTimeout(value['timeout'], where)
  const color = readColor(value['color'], where)
  return {
    brokers: readBrokers(value['brokers'], where),
    isProtected: readFlag(value['protected'], `${where}: protected`),
    properties: readProperties(value['properties'], where),
    ...(color === undefined ? {} : { color }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }
}

/** A context as the file holds it. */
export function writeContext(context: Context): Fields {
  return {
    brokers: [...context.brokers],
    ...(context.color === undefined ? {} : { color: context.color }),
    ...(context.isProtected ? { protected: true } : {}),
    ...(context.timeoutMs === undefined ? {} : { timeout: `${context.timeoutMs}ms` }),
    ...(Object.keys(context.properties).length === 0 ? {} : { properties: { ...context.properties } }),
  }
}

/** `[a:9092, b:9092]` or `a:9092,b:9092`, each checked. */
export function readBrokers(value: unknown, where: string): string[] {
  const brokers = typeof value === 'string' ? parseList(value) : value
  if (Array.isArray(brokers) && brokers.length === 0)
    throw usageError(`${where}: no broker is named: write host:port, or several with commas.`)
  if (!Array.isArray(brokers) || !brokers.every((broker): broker is string => typeof broker === 'string'))
    throw usageError(`${where}: brokers is not a list of host:port.`)
  for (const broker of brokers) checkBroker(broker, where)
  return brokers
}

const MAX_PORT = 65_535

function checkBroker(broker: string, where: string): void {
  const match = /^(?:\[[0-9a-f:.]+\]|[^\s:/[\]]+)(?::(\d+))?$/i.exec(broker)
  const port = match?.[1] === undefined ? 9092 : Number(match[1])
  if (match === null || port < 1 || port > MAX_PORT) throw usageError(`${where}: ${broker} is not host:port.`)
}

/** `10s`; undefined when it is not there. */
export function readTimeout(value: unknown, where: string): number | undefined {
  if (value === undefined) return undefined
  const ms = typeof value === 'string' ? parseDuration(value) : undefined
  if (ms === undefined || ms <= 0) throw usageError(`${where}: timeout ${String(value)} is not a duration: write 10s.`)
  return ms
}

/** The name of a terminal colour. */
export function readColor(value: unknown, where: string): ContextColor | undefined {
  if (value === undefined) return undefined
  const color = colors.find((known) => known === value)
  if (color === undefined) throw usageError(`${where}: color ${String(value)} is not one of ${colors.join(', ')}.`)
  return color
}

function readFlag(value: unknown, where: string): boolean {
  if (value === undefined) return false
  if (typeof value !== 'boolean') throw usageError(`${where} is neither true nor false.`)
  return value
}

/** Client properties: plain values by name. */
export function readProperties(value: unknown, where: string): Record<string, string> {
  if (value === undefined) return {}
  if (!isFields(value)) throw usageError(`${where}: properties is not a mapping.`)
  return Object.fromEntries(
    Object.entries(value).map(([name, property]) => {
      if (!['string', 'number', 'boolean'].includes(typeof property)) throw usageError(`${where}: property ${name} is not a plain value.`)
      return [name, String(property)]
    }),
  )
}
