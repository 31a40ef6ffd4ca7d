import { usageError } from '../errors/cli-error.ts'
import { parseDuration } from './parse-duration.ts'

const hasZone = /(?:Z|[+-]\d{2}:?\d{2})$/i
const isDateOnly = /^\d{4}-\d{2}-\d{2}$/

/**
 * `@T` as milliseconds since 1970: `@2026-11-22T15:00Z` (a time without a zone is UTC), `@-1h` (an hour ago), `@now`, or `@` and the milliseconds.
 */
export function parseTimestamp(input: string, nowMs: number, flag: string): number {
  const text = input.startsWith('@') ? input.slice(1) : input
  if (text === 'now') return nowMs
  if (/^\d+$/.test(text)) return Number(text)
  if (text.startsWith('-')) {
    const ago = parseDuration(text.slice(1))
    if (ago !== undefined) return nowMs - ago
  }
  const isIso = /^\d{4}-\d{2}-\d{2}/.test(text)
  const parsed = isIso ? Date.parse(hasZone.test(text) || isDateOnly.test(text) ? text : `${text}Z`) : Number.NaN
  if (Number.isNaN(parsed))
    throw usageError(`${flag}: ${input} is not a time.`, 'write @2026-11-22T15:00Z, @-1h, @now or @ and milliseconds since 1970')
  return parsed
}
