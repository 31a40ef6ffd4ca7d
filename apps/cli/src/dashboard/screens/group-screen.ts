import type { GroupRow } from '../model/snapshot.ts'
import { groupNamed, listOf } from '../ui/lists.ts'
import { placeOf } from '../ui/state.ts'
import { formatCount, formatDelta, formatEta, formatRate, formatTimeLag, windowName } from '../view/format.ts'
import { lagCell, statusCell } from '../view/lag-cells.ts'
import { fitParts, type Line, lineWidth, span } from '../view/line.ts'
import { sparkline } from '../view/sparkline.ts'
import type { DrawnLine, Scene } from './drawing.ts'
import { listLines } from './list-lines.ts'
import { crumbLine } from './view-screens.ts'

/** The two lines that name a group and sum it up. */
export function groupTitle(scene: Scene): DrawnLine[] {
  const place = placeOf(scene.state.ui)
  if (place.kind !== 'group') return []
  const row = groupNamed(scene.state, place.groupId)
  if (row === undefined)
    return [
      { line: [...crumbLine(scene, place.groupId), span('  is gone', 'warn')] },
      { line: [span(' The group was deleted, or is not matched any more. esc goes back.', 'dim')] },
    ]
  return [{ line: identityLine(scene, row) }, { line: summaryLine(scene, row) }]
}

function identityLine(scene: Scene, { groupId, group, lag }: GroupRow): Line {
  const { members, coordinator, assignor, state, type } = group
  const words = [state, type, `${members.length} ${members.length === 1 ? 'member' : 'members'}`]
  if (coordinator !== undefined) words.push(`coordinator ${coordinator}`)
  if (assignor !== '') words.push(assignor)
  const title = [...crumbLine(scene, groupId), span('  ')]
  const parts = [{ line: [statusCell(lag.status, scene.glyphs)], isKept: true }, ...words.map((word) => ({ line: [span(word)] }))]
  return [...title, ...fitParts(parts, { width: scene.state.size.columns - lineWidth(title), gap: span('  ') })]
}

function summaryLine({ state, glyphs }: Scene, { lag: { totals } }: GroupRow): Line {
  const { numbers } = state.ui
  const rate = (perSecond: number | undefined) => (perSecond === undefined ? glyphs.ellipsis : `${formatRate(perSecond, numbers)}/s`)
  const delta = totals.deltaPerSecond === undefined ? '' : ` (${formatDelta(totals.deltaPerSecond, numbers)}/s)`
  const time = totals.lag === undefined ? '?' : formatTimeLag(totals.timeLag, glyphs.ellipsis)
  const parts: { line: Line; isKept?: boolean }[] = [
    { line: [span('lag '), lagCell(totals, { glyphs, numbers }), span(delta)], isKept: true },
    { line: [span(`time ${time}`)], isKept: true },
    { line: [span(`in ${rate(totals.inPerSecond)}`)] },
    { line: [span(`out ${rate(totals.outPerSecond)}`)] },
    { line: [span(`eta ${formatEta(totals.eta)}`)] },
  ]
  if (totals.isBelowLogStart) parts.push({ line: [span('! deleted unread', 'bad')], isKept: true })
  if (totals.skew !== undefined && totals.skew > 1) parts.push({ line: [span(`skew ${totals.skew.toFixed(1)}x`, 'dim')] })
  return fitParts(parts, { width: state.size.columns, gap: span('  '), first: span(' ') })
}

/** The partitions of a group, or its members, and the trend of its lag. */
export function groupScreen(scene: Scene): DrawnLine[] {
  const { state } = scene
  const place = placeOf(state.ui)
  const list = listOf(state)
  if (place.kind !== 'group' || list === undefined) return []
  const whenEmpty = place.tab === 'members' ? 'The group has no members.' : 'The group has committed nothing and works on nothing.'
  return listLines(scene, list, { whenEmpty: list.total === 0 ? whenEmpty : 'Nothing matches the filter; esc clears it.' })
}

/** The lag of a group over the window. */
export function trendLines({ state, glyphs }: Scene): DrawnLine[] {
  const place = placeOf(state.ui)
  const row = place.kind === 'group' ? groupNamed(state, place.groupId) : undefined
  const trend = row?.trend ?? []
  const first = trend[0]
  const last = trend.at(-1)
  if (first === undefined || last === undefined) return [{ line: [] }]
  const { numbers } = state.ui
  const words = `  ${formatCount(first, numbers)} ${glyphs.arrow} ${formatCount(last, numbers)}`
  const width = Math.max(8, Math.min(60, state.size.columns - words.length - 10))
  return [{ line: [span(` lag ${windowName(state.facts.historyMs)} `, 'dim'), span(sparkline(trend, width, glyphs), 'info'), span(words)] }]
}
