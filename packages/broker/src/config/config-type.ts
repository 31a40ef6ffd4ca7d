import type { CleanupPolicy } from '@kafka-ts/storage'

/** A config that cannot be accepted. The message names the config, the value and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** The largest value Kafka writes into a 64-bit config; it means "no limit" and is held here as the largest safe integer. */
export const LONG_MAX_TEXT = '9223372036854775807'

/** The type of one config: how its text becomes a value, and how the docs describe what is allowed. */
export interface ConfigType<T> {
  /** Kafka's type name, as describeConfigs and the docs show it. */
  readonly kind: 'boolean' | 'int' | 'long' | 'double' | 'list' | 'string'
  /** What is allowed, for people. */
  readonly allowed: string
  /** Throws `ConfigError` with what is wrong with `text`; the caller adds the name of the config. */
  parse(text: string): T
}

/** A whole number from `min` to `max`, both included. `long` values above 2^53-1 are held as 2^53-1. */
export function integer(kind: 'int' | 'long', range: { readonly min: number; readonly max?: number }): ConfigType<number> {
  const max = range.max ?? (kind === 'int' ? 2 ** 31 - 1 : Number.MAX_SAFE_INTEGER)
  const allowed = range.max === undefined ? `a whole number, at least ${range.min}` : `a whole number from ${range.min} to ${max}`
  return {
    kind,
    allowed,
    parse(text) {
      const trimmed = text.trim()
      if (!/^-?\d{1,19}$/.test(trimmed)) throw new ConfigError(`must be ${allowed}`)
      const isLong = kind === 'long' && BigInt(trimmed) > Number.MAX_SAFE_INTEGER && BigInt(trimmed) <= BigInt(LONG_MAX_TEXT)
      const value = isLong ? Number.MAX_SAFE_INTEGER : Number(trimmed)
      if (value < range.min || value > max) throw new ConfigError(`must be ${allowed}`)
      return value
    },
  }
}

/** A number from `min` to `max`, both included. */
export function fraction(range: { readonly min: number; readonly max: number }): ConfigType<number> {
  const allowed = `a number from ${range.min} to ${range.max}`
  return {
    kind: 'double',
    allowed,
    parse(text) {
      const trimmed = text.trim()
      if (!/^\d{1,9}(\.\d{1,15})?$/.test(trimmed)) throw new ConfigError(`must be ${allowed}`)
      const value = Number(trimmed)
      if (value < range.min || value > range.max) throw new ConfigError(`must be ${allowed}`)
      return value
    },
  }
}

/** `true` or `false`. */
export const boolean: ConfigType<boolean> = {
  kind: 'boolean',
  allowed: 'true or false',
  parse(text) {
    const lower = text.trim().toLowerCase()
    if (lower !== 'true' && lower !== 'false') throw new ConfigError('must be true or false')
    return lower === 'true'
  },
}

/** One of a few words, written as given. */
export function choice<const T extends string>(...words: readonly T[]): ConfigType<T> {
  const allowed = words.length === 1 ? `only ${words[0]}` : `one of ${words.join(', ')}`
  return {
    kind: 'string',
    allowed,
    parse(text) {
      const word = words.find((candidate) => candidate === text.trim())
      if (word === undefined) throw new ConfigError(`must be ${allowed}`)
      return word
    },
  }
}

/** What happens to old records: Kafka's list of `delete` and `compact`, at least one of them. */
export const cleanupPolicy: ConfigType<CleanupPolicy> = {
  kind: 'list',
  allowed: 'delete, compact, or both',
  parse(text) {
    const words = new Set(text.split(',').map((word) => word.trim()))
    const isDelete = words.delete('delete')
    const isCompact = words.delete('compact')
    if (words.size > 0 || !(isDelete || isCompact)) throw new ConfigError('must be delete, compact, or both')
    if (!isCompact) return 'delete'
    return isDelete ? 'compact,delete' : 'compact'
  },
}

/** A comma-separated list of non-empty items. `min` items at least. */
export function list(options: { readonly min: number; readonly allowed: string }): ConfigType<readonly string[]> {
  return {
    kind: 'list',
    allowed: options.allowed,
    parse(text) {
      const items = text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
      if (items.length < options.min) throw new ConfigError(`must be ${options.allowed}`)
      return items
    },
  }
}

/** A comma-separated list of some of a few words, at least one, none twice. */
export function wordList<const T extends string>(...words: readonly T[]): ConfigType<readonly T[]> {
  const allowed = `a comma-separated list of ${words.join(', ')}`
  const items = list({ min: 1, allowed })
  const one = choice(...words)
  return {
    kind: 'list',
    allowed,
    parse(text) {
      const parsed = items.parse(text)
      if (new Set(parsed).size < parsed.length || !parsed.every((item) => words.some((word) => word === item)))
        throw new ConfigError(`must be ${allowed}`)
      return parsed.map((item) => one.parse(item))
    },
  }
}
