import type { PartitionProblem } from '../model/snapshot.ts'
import type { ListView } from '../ui/list-view.ts'
import { listOf } from '../ui/lists.ts'
import { placeOf } from '../ui/state.ts'
import { fitParts, type Line, type Span, type Style, span } from '../view/line.ts'
import { brokerLines } from '../view/page.ts'
import { headerLine, layoutColumns, rowLine } from '../view/table-view.ts'
import { leaderColumns } from './cluster-columns.ts'
import { type DrawnLine, isStale, listDrawing, type Scene } from './drawing.ts'
import { listLines } from './list-lines.ts'

const CONNECTING: DrawnLine[] = []

/** The list of groups, of topics, or of brokers. */
export function listScreen(scene: Scene): DrawnLine[] {
  const list = listOf(scene.state)
  return list === undefined ? CONNECTING : listLines(scene, list, { whenEmpty: emptyText(scene, list) })
}

function emptyText({ state }: Scene, list: ListView): string {
  if (list.total === 0) return list.name === 'groups' ? 'There are no groups.' : 'There is nothing.'
  if (list.settings.filter !== '') return 'Nothing matches the filter; esc clears it.'
  if (state.ui.isIssuesOnly) return 'No issues; i shows all.'
  return 'Only empty groups without lag; a shows them.'
}

/** The groups that read one topic. */
export function topicScreen(scene: Scene): DrawnLine[] {
  const { state } = scene
  const list = listOf(state)
  const place = placeOf(state.ui)
  if (list === undefined || place.kind !== 'topic') return CONNECTING
  return listLines(scene, list, { whenEmpty: `No group reads ${place.topic}.` })
}

/** How leaders are spread over the brokers, and the partitions that are not as they should be. */
export function leadersScreen(scene: Scene): DrawnLine[] {
  const { state } = scene
  const list = listOf(state)
  const { snapshot } = state
  if (list === undefined || snapshot === undefined) return CONNECTING
  const drawing = listDrawing(scene)
  const longestName = Math.max(0, ...snapshot.brokers.map(({ nodeId, broker }) => `${nodeId} ${broker.host}:${broker.port} *`.length))
  const placed = layoutColumns(leaderColumns, {
    width: drawing.width,
    isWide: drawing.isWide,
    numbers: drawing.context.numbers,
    longestName,
  })
  const shown = snapshot.brokers.slice(0, brokerLines(state))
  const isDimmed = isStale(state)
  return [
    { line: surveyLine(scene) },
    { line: headerLine(placed, { context: drawing.context, sort: undefined, isDescending: false }) },
    ...shown.map((row): DrawnLine => ({ line: rowLine(placed, row, { context: drawing.context, isSelected: false }), isDimmed })),
    ...listLines(scene, list, {
      whenEmpty: state.ui.problem === undefined ? 'Every partition is as it should be.' : `None is ${state.ui.problem}.`,
    }),
  ]
}

function surveyLine({ state }: Scene): Line {
  const problems = state.snapshot?.problems ?? []
  const part = (problem: PartitionProblem, what: string, style: Style) => {
    const count = problems.filter((row) => row.problem === problem).length
    return { line: [span(`${count} ${what}`, count > 0 ? style : 'plain')], isKept: count > 0 }
  }
  const parts = [
    { line: [span(`${state.snapshot?.partitionCount ?? 0} partitions`)] },
    part('no leader', 'leaderless', 'bad'),
    part('under-replicated', 'under-replicated', 'warn'),
    part('not preferred', 'not preferred', 'warn'),
  ]
  return fitParts(parts, { width: state.size.columns, gap: span('  '), first: span(' ') })
}

/** The title of a place that was opened: `Groups › payments-settle`. */
export function crumbLine({ state, glyphs }: Scene, name: string): Span[] {
  const titles = { groups: 'Groups', topics: 'Topics', leaders: 'Leaders', brokers: 'Brokers' } as const
  const first = state.ui.places[0]!.kind
  const title = first in titles ? titles[first as keyof typeof titles] : 'Groups'
  return [span(` ${title} ${glyphs.crumb} `, 'dim'), span(name, 'title')]
}
