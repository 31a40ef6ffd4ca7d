import { humanAge, humanCount, plural } from '../output/humanize.ts'
import type { Listing } from '../output/listing.ts'
import type { Column } from '../output/table.ts'
import { type LagGrouping, type LagRow, lagRowShape } from './lag-rows.ts'

const lag: Column<LagRow> = {
  header: 'LAG',
  value: (row) => row.lag,
  number: 'count',
  text: (row) => (typeof row.lag === 'number' && row.isLagLowerBound ? `>=${humanCount(row.lag)}` : undefined),
}

const time: Column<LagRow> = {
  header: 'TIME',
  value: (row) => (row.lag === null ? null : row.timeLagMs),
  number: 'age',
  text: (row) => (typeof row.timeLagMs === 'number' && row.isTimeLagLowerBound ? `>${humanAge(row.timeLagMs)}` : undefined),
}

const eta: Column<LagRow> = {
  header: 'ETA',
  value: (row) => (hasNoEta(row) ? null : row.isEtaNever ? Number.POSITIVE_INFINITY : row.etaMs),
  number: 'age',
  text: (row) => (row.isEtaNever && !hasNoEta(row) ? 'never' : undefined),
}

/** Nothing to catch up with, or nobody who could. */
function hasNoEta({ lag: left, status: state }: LagRow): boolean {
  return left === 0 || state === 'EMPTY'
}

// A status needs some looks; until then it is not known.
const status: Column<LagRow> = {
  header: 'STATUS',
  value: (row) => (row.status === 'WARMING' ? undefined : row.isBelowLogStart ? `! ${row.status}` : row.status),
}

const group: Column<LagRow> = { header: 'GROUP', value: (row) => row.groupId, isName: true }
const topic: Column<LagRow> = { header: 'TOPIC', value: (row) => row.topic, isName: true }
const parts: Column<LagRow> = { header: 'PARTS', value: (row) => row.partitions }
const input: Column<LagRow> = { header: 'IN/S', value: (row) => row.inPerSecond, number: 'rate' }
const output: Column<LagRow> = { header: 'OUT/S', value: (row) => row.outPerSecond, number: 'rate' }
const delta: Column<LagRow> = { header: 'DELTA/S', value: (row) => row.deltaPerSecond, number: 'rate' }
const client: Column<LagRow> = { header: 'CLIENT', value: (row) => row.clientId }
const host: Column<LagRow> = { header: 'HOST', value: (row) => row.host }
const state: Column<LagRow> = { header: 'STATE', value: (row) => row.state }
const worst: Column<LagRow> = { header: 'WORST', value: (row) => row.worstPartition }

function wide(column: Column<LagRow>): Column<LagRow> {
  return { ...column, isWide: true }
}

/** The columns of a partition, without the group. */
export const partitionLagColumns: readonly Column<LagRow>[] = [
  topic,
  { header: 'P', value: (row) => row.partition },
  wide({ header: 'START', value: (row) => row.startOffset, number: 'count' }),
  { header: 'COMMITTED', value: (row) => row.committedOffset, number: 'count' },
  { header: 'END', value: (row) => row.endOffset, number: 'count' },
  lag,
  time,
  wide(input),
  output,
  status,
  client,
  wide(host),
]

/** The columns of a member, without the group. */
export const memberLagColumns: readonly Column<LagRow>[] = [
  { ...client, isName: true },
  host,
  parts,
  lag,
  time,
  output,
  status,
  wide(worst),
  wide({ header: 'MEMBER', value: (row) => row.memberId }),
]

const columns: Readonly<Record<LagGrouping, readonly Column<LagRow>[]>> = {
  group: [
    group,
    status,
    wide(state),
    { header: 'MEM', value: (row) => row.members },
    lag,
    time,
    input,
    output,
    wide(delta),
    eta,
    worst,
    wide(parts),
  ],
  topic: [group, { ...topic, isName: false }, parts, lag, time, input, output, eta, status, wide(worst)],
  partition: [group, ...partitionLagColumns.map((column) => ({ ...column, isName: false }))],
  member: [group, ...memberLagColumns.map((column) => ({ ...column, isName: false }))],
}

/** Lines of lag; `kind` names them in JSON. */
export function lagListing(kind: string, by: LagGrouping): Listing<LagRow> {
  return { kind, item: lagRowShape, name: nameOf, columns: columns[by] }
}

function nameOf(row: LagRow): string {
  if (row.partition !== undefined) return `${row.groupId}:${row.topic}/${row.partition}`
  return row.topic === undefined ? row.groupId : `${row.groupId}:${row.topic}`
}

/** `4 partitions; 1 without a commit is not counted`. */
export function lagFooter(rows: readonly LagRow[]): string {
  const uncommitted = rows.filter((row) => row.lag === null).length
  const unread = rows.filter((row) => row.lag === undefined).length
  const uncounted = [
    ...(uncommitted === 0 ? [] : [`${uncommitted} without a commit`]),
    ...(unread === 0 ? [] : [`${unread} that could not be read`]),
  ].join(' and ')
  const verb = uncommitted + unread === 1 ? 'is' : 'are'
  return `${plural(rows.length, 'partition')}${uncounted === '' ? '' : `; ${uncounted} ${verb} not counted`}`
}
