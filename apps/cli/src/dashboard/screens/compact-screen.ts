import { type GroupStatus, groupStatusOf, type LagTotals, type PartitionLag } from '@kafka-ts/lag'
import { type GroupRow, membersOf } from '../model/snapshot.ts'
import { groupNamed, listOf, partitionKey } from '../ui/lists.ts'
import { type DashboardState, type Place, placeOf } from '../ui/state.ts'
import { lagCell, statusStyle, timeCell } from '../view/lag-cells.ts'
import { fitMiddle, justify, type Line, span } from '../view/line.ts'
import { bodyHeight, hasBanner } from '../view/page.ts'
import { type DrawnLine, isStale, type Scene } from './drawing.ts'
import { bannerLines } from './header.ts'
import { visibleRows } from './list-lines.ts'

/** A terminal too small for tables: one line a group, or a partition: glyph, name, lag, time. */
export function compactScreen(scene: Scene): DrawnLine[] | undefined {
  const { state } = scene
  const place = placeOf(state.ui)
  const list = listOf(state)
  if ((place.kind !== 'groups' && place.kind !== 'group') || list === undefined) return undefined
  const { top, selected, count } = visibleRows(state, list)
  const keys = Array.from({ length: count }, (_, index) => list.keyAt(top + index) ?? '')
  const rows = keys.flatMap((key) => entryOf(state, place, key))
  const isDimmed = isStale(state)
  const lines = rows
    .slice(0, bodyHeight(state))
    .map((entry, index): DrawnLine => ({ line: entryLine(scene, entry), isSelected: top + index === selected, isDimmed }))
  const last = hasBanner(state)
    ? bannerLines(scene)
    : [{ line: [span(` ${place.kind === 'group' ? 'esc back  ' : ''}${list.count} rows  / filter  ? help  q quit`, 'dim')] }]
  return [...lines, ...last]
}

function entryOf(state: DashboardState, place: Extract<Place, { kind: 'groups' | 'group' }>, key: string): Entry[] {
  if (place.kind === 'groups') return groupEntry(groupNamed(state, key))
  const row = groupNamed(state, place.groupId)
  return place.tab === 'partitions' ? partitionEntry(row, key) : memberEntry(row, key)
}

interface Entry {
  readonly name: string
  readonly status: GroupStatus
  readonly lag: Pick<PartitionLag, 'lag' | 'isBelowLogStart'> & { readonly isLowerBound?: boolean }
  readonly timeLag: LagTotals['timeLag'] | null
}

function groupEntry(row: GroupRow | undefined): Entry[] {
  if (row === undefined) return []
  const { status, totals } = row.lag
  return [{ name: row.groupId, status, lag: totals, timeLag: totals.lag === undefined ? null : totals.timeLag }]
}

function partitionEntry(row: GroupRow | undefined, key: string): Entry[] {
  const lag = row?.lag.partitions.find((partition) => partitionKey(partition) === key)
  return lag === undefined ? [] : [{ name: `${lag.topic}/${lag.partition}`, status: lag.status, lag, timeLag: lag.timeLag }]
}

function memberEntry(row: GroupRow | undefined, key: string): Entry[] {
  const member = row === undefined ? undefined : membersOf(row).find(({ memberId }) => memberId === key)
  if (member === undefined) return []
  const { clientId, partitions, totals } = member
  return [
    { name: clientId, status: groupStatusOf('Stable', partitions), lag: totals, timeLag: totals.lag === undefined ? null : totals.timeLag },
  ]
}

function entryLine({ state, glyphs }: Scene, { name, status, lag, timeLag }: Entry): Line {
  const { columns } = state.size
  const right = [span(lagCell(lag, { glyphs, numbers: 'human' }).text.padStart(8)), span(timeCell(timeLag, { glyphs }).text.padStart(8))]
  const left = [span(`${glyphs.status[status]} `, statusStyle(status)), span(fitMiddle(name, Math.max(1, columns - 19), glyphs.ellipsis))]
  return justify(left, right, columns)
}
