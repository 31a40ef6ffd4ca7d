import type { Assignor } from './assignor.ts'
import { assignRanges } from './range-assignor.ts'
import { assignUniformly } from './uniform-assignor.ts'

const assignors = { uniform: assignUniformly, range: assignRanges } as const satisfies Record<string, Assignor>

/** The name of an assignor of this broker. */
export type AssignorName = keyof typeof assignors

export function assignorOf(name: AssignorName): Assignor {
  return assignors[name]
}
