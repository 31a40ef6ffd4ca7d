import { usageError } from '../errors/cli-error.ts'
import { parseWhole } from '../flags/key-value.ts'
import { Flags } from '../flags/oclif.ts'
import { parseDuration } from '../flags/parse-duration.ts'
import { parseTimestamp } from '../flags/timestamp.ts'

/** Where offsets are set to. */
export type ResetTarget =
  | { readonly kind: 'earliest' | 'latest' | 'current' }
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'time'; readonly timestamp: number }
  | { readonly kind: 'shift'; readonly by: number }
  | { readonly kind: 'group'; readonly groupId: string }
  | { readonly kind: 'file'; readonly path: string }

const targets = [
  'to-earliest',
  'to-latest',
  'to-current',
  'to-offset',
  'to-datetime',
  'by-duration',
  'shift-by',
  'to-group',
  'from-file',
] as const

/** Flags that say where to; exactly one of them is given. */
export const resetTargetFlags = {
  'to-earliest': Flags.boolean({ summary: 'To the first record there is', exactlyOne: [...targets] }),
  'to-latest': Flags.boolean({ summary: 'To the end: what is there is skipped' }),
  'to-offset': Flags.string({ summary: 'To this offset', helpValue: 'N' }),
  'to-datetime': Flags.string({ summary: 'To the first record at or after a time', helpValue: '2026-11-22T15:00Z' }),
  'by-duration': Flags.string({ summary: 'To the first record of the last 30 minutes, say', helpValue: '-30m' }),
  'shift-by': Flags.string({ summary: 'So many records forwards, or back with a minus', helpValue: 'N' }),
  'to-current': Flags.boolean({ summary: 'To where it is: with --dry-run and --export a backup' }),
  'to-group': Flags.string({ summary: 'To where another group is', helpValue: 'ID' }),
  'from-file': Flags.string({ summary: 'To the offsets of a file of --export; - is standard input', helpValue: 'FILE' }),
}

/** The flags as parsed. */
export interface ResetTargetFlags {
  readonly 'to-earliest'?: boolean
  readonly 'to-latest'?: boolean
  readonly 'to-current'?: boolean
  readonly 'to-offset'?: string | undefined
  readonly 'to-datetime'?: string | undefined
  readonly 'by-duration'?: string | undefined
  readonly 'shift-by'?: string | undefined
  readonly 'to-group'?: string | undefined
  readonly 'from-file'?: string | undefined
}

/** The one target that the flags name. */
export function resetTarget(flags: ResetTargetFlags, nowMs: number): ResetTarget {
  if (flags['to-earliest']) return { kind: 'earliest' }
  if (flags['to-latest']) return { kind: 'latest' }
  if (flags['to-current']) return { kind: 'current' }
  if (flags['to-offset'] !== undefined) return { kind: 'offset', offset: parseWhole(flags['to-offset'], '--to-offset') }
  if (flags['to-datetime'] !== undefined) return { kind: 'time', timestamp: parseTimestamp(flags['to-datetime'], nowMs, '--to-datetime') }
  if (flags['by-duration'] !== undefined) return { kind: 'time', timestamp: nowMs - parseBack(flags['by-duration']) }
  if (flags['shift-by'] !== undefined) return { kind: 'shift', by: parseShift(flags['shift-by']) }
  if (flags['to-group'] !== undefined) return { kind: 'group', groupId: flags['to-group'] }
  if (flags['from-file'] !== undefined) return { kind: 'file', path: flags['from-file'] }
  throw usageError('Where to is not said.', `add one of ${targets.map((target) => `--${target}`).join(', ')}`)
}

function parseBack(input: string): number {
  const ms = parseDuration(input.replace(/^-/, ''))
  if (ms === undefined) throw usageError(`--by-duration: ${input} is not a duration back in time: write -30m.`)
  return ms
}

function parseShift(input: string): number {
  const by = Number(input)
  if (!/^[+-]?\d+$/.test(input) || !Number.isSafeInteger(by)) throw usageError(`--shift-by: ${input} is not a whole number.`)
  return by
}
