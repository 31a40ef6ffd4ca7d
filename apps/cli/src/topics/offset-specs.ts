import type { OffsetSpec } from '@kafka-ts/client'
import { usageError } from '../errors/cli-error.ts'
import { parseTimestamp } from '../flags/timestamp.ts'

/** `earliest`, `latest`, `max-timestamp` or `@TIME`. */
export function parseOffsetSpec(input: string, nowMs: number, flag: string): OffsetSpec {
  if (input === 'earliest' || input === 'latest' || input === 'max-timestamp') return input
  if (input.startsWith('@')) return { timestamp: parseTimestamp(input, nowMs, flag) }
  throw usageError(`${flag}: ${input} is not earliest, latest, max-timestamp or @TIME.`)
}
