import { CliError } from '../errors/cli-error.ts'
import { EXIT } from '../errors/exit-codes.ts'
import { humanAge, humanCount } from '../output/humanize.ts'
import type { LagRow } from './lag-rows.ts'

/** What must not be exceeded. */
export interface LagLimits {
  readonly maxLag: number | undefined
  readonly maxTimeMs: number | undefined
}

/** Throws exit 8 when a line is above a limit. A lag that is not known breaks none, but one of which the least is known may. */
export function checkLimits(rows: readonly LagRow[], { maxLag, maxTimeMs }: LagLimits): void {
  const breaches = rows.flatMap((row) => {
    const name = nameOf(row)
    return [
      ...(maxLag !== undefined && typeof row.lag === 'number' && row.lag > maxLag ? [`${name} has a lag of ${humanCount(row.lag)}`] : []),
      ...(maxTimeMs !== undefined && typeof row.timeLagMs === 'number' && row.timeLagMs > maxTimeMs
        ? [`${name} is ${humanAge(row.timeLagMs)} late`]
        : []),
    ]
  })
  if (breaches.length === 0) return
  const limits = [
    ...(maxLag === undefined ? [] : [`a lag of ${humanCount(maxLag)}`]),
    ...(maxTimeMs === undefined ? [] : [`${humanAge(maxTimeMs)}`]),
  ]
  throw new CliError(`Above the limit of ${limits.join(' or ')}: ${breaches.join('; ')}.`, {
    code: 'LAG_LIMIT',
    exit: EXIT.checkFailed,
    retriable: true,
    suggestions: [...new Set(rows.map((row) => `kafka-ts groups describe ${row.groupId}`))].slice(0, 1),
    isOnStdout: true,
  })
}

function nameOf(row: LagRow): string {
  if (row.partition !== undefined) return `group ${row.groupId} on ${row.topic}/${row.partition}`
  if (row.memberId !== undefined) return `member ${row.clientId ?? '(none)'} of group ${row.groupId}`
  return row.topic === undefined ? `group ${row.groupId}` : `group ${row.groupId} on ${row.topic}`
}
