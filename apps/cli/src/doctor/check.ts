import type { Listing } from '../output/listing.ts'
import { integer, nullable, object, type ShapeOf, text } from '../output/shape.ts'

const shape = object({
  check: text('what was looked at'),
  target: text('of what'),
  status: text('ok, warn or fail'),
  detail: text(),
  suggestion: nullable(text('what to do')),
  durationMs: nullable(integer('null: nothing was waited for')),
})

/** What came of one check. */
export type CheckResult = ShapeOf<typeof shape>
/** How it went. */
export type CheckStatus = 'ok' | 'warn' | 'fail'

/** What a check found besides its name. */
interface Finding {
  readonly status: CheckStatus
  readonly detail: string
  readonly suggestion?: string
  readonly durationMs?: number
}

/** A check with what it found. */
export function result(check: string, target: string, { status, detail, suggestion, durationMs }: Finding): CheckResult {
  return {
    check,
    target,
    status,
    detail,
    suggestion: suggestion ?? null,
    durationMs: durationMs === undefined ? null : Math.round(durationMs),
  }
}

const MARKS: Readonly<Record<string, string>> = { ok: 'ok', warn: '! warn', fail: '! FAIL' }

/** Checks, one a line. */
export const checkListing: Listing<CheckResult> = {
  kind: 'DoctorReport',
  item: shape,
  name: (item) => `${item.check}:${item.target}`,
  columns: [
    { header: 'STATUS', value: (item) => MARKS[item.status] ?? item.status },
    { header: 'CHECK', value: (item) => item.check },
    { header: 'TARGET', value: (item) => item.target, isName: true },
    { header: 'MS', value: (item) => item.durationMs },
    { header: 'DETAIL', value: (item) => item.detail },
    { header: 'TRY', value: (item) => item.suggestion, isWide: true },
  ],
}
