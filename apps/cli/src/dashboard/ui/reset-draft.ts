import type { PartitionName } from '../model/cluster-reader.ts'

/** Where offsets can be reset to. */
export const resetTargets = ['earliest', 'latest', 'datetime', 'by', 'shift', 'offset'] as const
export type ResetTarget = (typeof resetTargets)[number]

/** A partition of the plan. */
export interface ResetStep extends PartitionName {
  /** null: nothing is committed now. */
  readonly from: number | null
  readonly to: number
  /** What is worth knowing: it was moved into the range of the log. */
  readonly note: string
}

/** What became of planning. */
export type ResetPlan =
  | { readonly state: 'planning' }
  | { readonly state: 'planned'; readonly steps: readonly ResetStep[] }
  | { readonly state: 'failed'; readonly reason: string }

/** A reset as it is being put together. Nothing has happened yet. */
export interface ResetDraft {
  readonly groupId: string
  /** One partition, or all that the group has. */
  readonly only: PartitionName | undefined
  readonly target: ResetTarget
  /** By target, for those that take one. */
  readonly values: Readonly<Record<ResetTarget, string>>
  /** The group's name, as far as it is typed. */
  readonly confirmation: string
  /** Where letters go. */
  readonly focus: 'target' | 'value' | 'confirmation'
  readonly plan: ResetPlan
}

/** Targets that need a value. */
export function takesValue(target: ResetTarget): boolean {
  return target !== 'earliest' && target !== 'latest'
}

/** A new draft. */
export function newDraft(groupId: string, only: PartitionName | undefined, nowMs: number): ResetDraft {
  const hourAgo = new Date(nowMs - 3_600_000)
  return {
    groupId,
    only,
    target: 'earliest',
    values: { earliest: '', latest: '', datetime: `${hourAgo.toISOString().slice(0, 16)}Z`, by: '-30m', shift: '-100', offset: '0' },
    confirmation: '',
    focus: 'target',
    plan: { state: 'planning' },
  }
}

/** The command that does the same, for a script or a ticket. */
export function resetCommand({ groupId, only, target, values }: ResetDraft): string {
  const value = values[target]
  const how: Readonly<Record<ResetTarget, string>> = {
    earliest: '--to-earliest',
    latest: '--to-latest',
    datetime: `--to-datetime ${quote(value)}`,
    by: `--by-duration ${quote(value)}`,
    shift: `--shift-by ${quote(value)}`,
    offset: `--to-offset ${quote(value)}`,
  }
  const scope = only === undefined ? '--all-topics' : `--topic ${quote(`${only.topic}:${only.partition}`)}`
  return `kafka-ts groups reset ${quote(groupId)} ${how[target]} ${scope}`
}

/** A word for a POSIX shell. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
