import type { ConfigChange } from '@kafka-ts/client'
import { usageError } from '../errors/cli-error.ts'
import { parseKeyValue } from '../flags/key-value.ts'
import { Flags } from '../flags/oclif.ts'

const repeatable = { multiple: true, multipleNonGreedy: true } as const

/** Flags that change single configs and leave the others (KIP-339). */
export const configChangeFlags = {
  unset: Flags.string({ summary: 'Back to the default (repeatable)', helpValue: 'key', ...repeatable }),
  append: Flags.string({ summary: 'Add to a list (repeatable)', helpValue: 'key=value', ...repeatable }),
  subtract: Flags.string({ summary: 'Take from a list (repeatable)', helpValue: 'key=value', ...repeatable }),
}

/** What the flags ask for. */
export interface ConfigChangeFlags {
  readonly set?: readonly string[] | undefined
  readonly unset?: readonly string[] | undefined
  readonly append?: readonly string[] | undefined
  readonly subtract?: readonly string[] | undefined
}

/** The changes in order; a config that is named twice is a mistake. */
export function configChanges(flags: ConfigChangeFlags, setFlag: string): ConfigChange[] {
  const valued = (inputs: readonly string[] | undefined, operation: 'set' | 'append' | 'subtract', flag: string) =>
    (inputs ?? []).map((input): ConfigChange => {
      const [name, value] = parseKeyValue(input, flag)
      return { name, operation, value }
    })
  const changes = [
    ...valued(flags.set, 'set', setFlag),
    ...(flags.unset ?? []).map((name): ConfigChange => ({ name, operation: 'delete' })),
    ...valued(flags.append, 'append', '--append'),
    ...valued(flags.subtract, 'subtract', '--subtract'),
  ]
  const names = changes.map((change) => change.name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) throw usageError(`${repeated} is changed twice.`)
  return changes
}

/** `retention.ms=1000`, `-retention.ms`, `cleanup.policy+=compact`. */
export function drawChange(change: ConfigChange): string {
  switch (change.operation) {
    case 'set':
      return `${change.name}=${change.value}`
    case 'delete':
      return `-${change.name}`
    case 'append':
      return `${change.name}+=${change.value}`
    case 'subtract':
      return `${change.name}-=${change.value}`
  }
}
