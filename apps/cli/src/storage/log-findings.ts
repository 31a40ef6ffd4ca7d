import type { FindingKind, LogReport } from '@kafka-ts/storage/offline'
import type { Listing } from '../output/listing.ts'
import { int64, integer, list, object, type ShapeOf, text } from '../output/shape.ts'

const findingShape = object({
  kind: text('damage: durable records are lost or unreadable; torn tail: the next start cuts it; rebuilt: made again from the log'),
  file: text(),
  position: int64('in the file, bytes'),
  end: int64('behind the last byte concerned'),
  fromOffset: int64('of the records concerned'),
  toOffset: int64('behind the last of them'),
  problem: text(),
})

const logShape = object({
  log: text('topic-partition'),
  status: text('ok, rebuilt, torn tail or damage: the worst of the findings'),
  startOffset: int64(),
  endOffset: int64(),
  segments: integer(),
  batches: integer(),
  bytes: int64(),
  findings: list(findingShape),
})

/** A log as `storage verify` shows it. */
export type VerifiedLog = ShapeOf<typeof logShape>

const BY_WEIGHT: readonly FindingKind[] = ['damage', 'torn tail', 'rebuilt']

export function verifiedLog({ name, logStartOffset, endOffset, segments, batches, bytes, findings }: LogReport): VerifiedLog {
  const status = BY_WEIGHT.find((kind) => findings.some((finding) => finding.kind === kind)) ?? 'ok'
  return { log: name, status, startOffset: logStartOffset, endOffset, segments, batches, bytes, findings }
}

/** How `storage verify` writes logs. */
export const verifiedLogs: Listing<VerifiedLog> = {
  kind: 'VerifiedLogList',
  item: logShape,
  name: ({ log }) => log,
  columns: [
    { header: 'LOG', value: ({ log }) => log, isName: true },
    { header: 'STATUS', value: ({ status }) => status },
    { header: 'START', value: ({ startOffset }) => startOffset, number: 'count' },
    { header: 'END', value: ({ endOffset }) => endOffset, number: 'count' },
    { header: 'SEGMENTS', value: ({ segments }) => segments },
    { header: 'BATCHES', value: ({ batches }) => batches, number: 'count' },
    { header: 'SIZE', value: ({ bytes }) => bytes, number: 'bytes' },
  ],
}

/** A sentence for people about each finding. */
export function describeFindings({ findings }: VerifiedLog): string[] {
  return findings.map(({ kind, file, position, end, fromOffset, toOffset, problem }) => {
    const bytes = end > position ? `bytes ${position} to ${end - 1}` : `byte ${position}`
    const offsets = toOffset > fromOffset ? `, offsets ${fromOffset} to ${toOffset - 1}` : ''
    return `${kind}: ${file}, ${bytes}${offsets}: ${problem}`
  })
}
