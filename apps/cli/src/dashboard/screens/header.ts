import type { Snapshot } from '../model/snapshot.ts'
import { listOf } from '../ui/lists.ts'
import { type DashboardState, type Ui, viewNames } from '../ui/state.ts'
import { viewOf } from '../ui/update.ts'
import { formatClock, formatCount, formatDelta, formatSpan } from '../view/format.ts'
import { fitParts, justify, type Line, lineWidth, type Span, span } from '../view/line.ts'
import { hasBanner } from '../view/page.ts'
import type { DrawnLine, Scene } from './drawing.ts'
import { visibleRows } from './list-lines.ts'
import { reasonOf } from './reason.ts'

const viewTitles: Readonly<Record<(typeof viewNames)[number], string>> = {
  groups: 'Groups',
  topics: 'Topics',
  leaders: 'Leaders',
  brokers: 'Brokers',
}

/** The two lines above every view: the cluster, and where in the dashboard one is. */
export function headerLines(scene: Scene): DrawnLine[] {
  const { state } = scene
  const { columns } = state.size
  return [
    { line: justify(clusterLine(scene), refreshSpans(state.ui), columns) },
    { line: justify(tabsLine(state.ui), positionSpans(state), columns) },
  ]
}

/** What does not fit beside the refresh time is left out, part by part. */
function clusterLine(scene: Scene): Line {
  const { facts, snapshot, size, ui } = scene.state
  const start: Line = [span(' '), span('kafka-ts', 'title'), span('  '), span(` ${facts.clusterName} `, 'badge')]
  if (snapshot === undefined) return start
  const width = size.columns - lineWidth(start) - lineWidth(refreshSpans(ui)) - 1
  return [...start, ...fitParts(clusterParts(scene, snapshot), { width, gap: span('  ') })]
}

function clusterParts({ state, glyphs }: Scene, { brokers, controllerId, groups, totals }: Snapshot): { line: Line; isKept?: boolean }[] {
  const { numbers } = state.ui
  const running = brokers.filter(({ broker }) => broker.state === 'running').length
  const pattern = state.facts.groupPattern
  const lag = totals.lag === undefined ? '' : `lag ${totals.isLowerBound ? glyphs.atLeast : ''}${formatCount(totals.lag, numbers)}`
  const delta = totals.deltaPerSecond === undefined ? '' : ` ${formatDelta(totals.deltaPerSecond, numbers)}/s`
  return [
    { line: [span(`${running}/${brokers.length} brokers`, running < brokers.length ? 'warn' : 'plain')] },
    { line: [span(`ctrl ${controllerId < 0 ? 'none' : controllerId}`, controllerId < 0 ? 'bad' : 'plain')] },
    { line: [span(`${groups.length} groups${pattern === undefined ? '' : ` /${pattern}/`}`)] },
    { line: [span(`${lag}${delta}`)], isKept: true },
  ]
}

function refreshSpans({ refreshMs, isPaused }: Ui): Line {
  return [isPaused ? span('paused ', 'warn') : span(`every ${refreshMs / 1000}s `, 'dim')]
}

function tabsLine(ui: Ui): Line {
  const open = viewOf(ui)
  return viewNames.flatMap((name, index): Span[] => [
    span(index === 0 ? ' ' : '  '),
    span(`${index + 1} ${viewTitles[name]}`, name === open ? 'inverse' : 'plain'),
  ])
}

function positionSpans(state: DashboardState): Line {
  const list = listOf(state)
  if (list === undefined) return []
  const { top, count } = visibleRows(state, list)
  const rows = list.count === 0 ? 'no rows' : `rows ${top + 1}-${top + count} of ${list.count}`
  const { filter } = list.settings
  const switches = [...(state.ui.isIssuesOnly && list.name === 'groups' ? ['issues'] : []), ...(filter === '' ? [] : [`/${filter}`])]
  return [span(`${rows}  `, 'dim'), switches.length === 0 ? span('no filter ', 'dim') : span(`${switches.join(' ')} `, 'warn')]
}

/** The line that says what is wrong, or what was done; none when there is nothing to say. */
export function bannerLines({ state }: Scene): DrawnLine[] {
  return hasBanner(state) ? [{ line: [span(' '), bannerSpan(state)] }] : []
}

function bannerSpan({ health, ui, snapshot, facts }: DashboardState): Span {
  const { failure, isLate, lastGoodMs, nextTryMs, nowMs } = health
  if (ui.notice !== undefined) return span(ui.notice.text, ui.notice.style)
  const age = lastGoodMs === undefined ? '' : ` for ${formatSpan(nowMs - lastGoodMs)}; rows are of ${formatClock(lastGoodMs)}`
  if (failure !== undefined) {
    const again = nextTryMs === undefined ? 'trying again' : `next try in ${formatSpan(nextTryMs - nowMs)}`
    return span(`! no data${age}; ${again}: ${reasonOf(failure)}`, 'bad')
  }
  if (isLate) return span(`! no answer from ${facts.clusterName}${age}`, 'warn')
  if (snapshot === undefined) return span(`asking ${facts.clusterName} ...`, 'dim')
  return span('paused: p goes on, ctrl-r asks once', 'warn')
}
