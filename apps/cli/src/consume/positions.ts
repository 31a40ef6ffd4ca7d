import { CliError, usageError } from '../errors/cli-error.ts'
import { parseTimestamp } from '../flags/timestamp.ts'

/** Where reading begins: a place of the log, an offset, so many records before the end, or a time. */
export type FromPosition = 'earliest' | 'latest' | { readonly offset: number } | { readonly last: number } | { readonly timestamp: number }
/** Where it ends. */
export type ToPosition = 'end' | { readonly offset: number } | { readonly timestamp: number }

/** `start`, `end`, `N`, `-N` or `@TIME`. */
export function parseFrom(input: string, nowMs: number): FromPosition {
  if (input === 'start' || input === 'earliest') return 'earliest'
  if (input === 'end' || input === 'latest') return 'latest'
  if (input.startsWith('@')) return { timestamp: parseTimestamp(input, nowMs, '--from') }
  if (/^-\d{1,15}$/.test(input)) return { last: Number(input.slice(1)) }
  if (/^\d{1,15}$/.test(input)) return { offset: Number(input) }
  throw usageError(`--from: ${input} is not start, end, an offset, -N (the last N) or @TIME.`)
}

/** `end`, `N` or `@TIME`; what is there is not read any more. */
export function parseTo(input: string, nowMs: number): ToPosition {
  if (input === 'end') return 'end'
  if (input.startsWith('@')) return { timestamp: parseTimestamp(input, nowMs, '--to') }
  if (/^\d{1,15}$/.test(input)) return { offset: Number(input) }
  throw usageError(`--to: ${input} is not end, an offset or @TIME.`)
}

/** `A:B` as where to begin and to end. A time has colons of its own, so it is split at the first colon after which both sides are a position. */
export function parseRange(input: string, nowMs: number): { readonly from: FromPosition; readonly to: ToPosition } {
  for (let at = input.indexOf(':'); at !== -1; at = input.indexOf(':', at + 1)) {
    const from = maybe(() => parseFrom(input.slice(0, at), nowMs))
    const to = maybe(() => parseTo(input.slice(at + 1), nowMs))
    if (from !== undefined && to !== undefined) return { from, to }
  }
  throw usageError(`--range: ${input} is not FROM:TO.`, '--range @-1h:end', '--range 100:200')
}

function maybe<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch (error) {
    if (error instanceof CliError) return undefined
    throw error
  }
}
