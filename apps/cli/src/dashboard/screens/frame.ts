import { listOf } from '../ui/lists.ts'
import { type DashboardState, type Place, placeOf } from '../ui/state.ts'
import type { Glyphs } from '../view/glyphs.ts'
import { clip, fill, fitParts, type Line, span } from '../view/line.ts'
import { isCompact } from '../view/page.ts'
import type { Painter } from '../view/theme.ts'
import { compactScreen } from './compact-screen.ts'
import type { DrawnLine, Scene } from './drawing.ts'
import { groupScreen, groupTitle, trendLines } from './group-screen.ts'
import { bannerLines, headerLines } from './header.ts'
import { helpScreen } from './help-screen.ts'
import { partitionScreen, partitionTitle } from './partition-screen.ts'
import { resetScreen } from './reset-screen.ts'
import { crumbLine, leadersScreen, listScreen, topicScreen } from './view-screens.ts'

/** What frames are drawn with. */
export interface FrameLook {
  readonly glyphs: Glyphs
  readonly paint: Painter
}

/** The whole screen: a text for each row of the terminal, none wider than it. Hints are on the last row. */
export function drawFrame(state: DashboardState, { glyphs, paint }: FrameLook): string[] {
  const scene: Scene = { state, glyphs }
  const { columns, rows } = state.size
  const compact = isCompact(state) ? compactScreen(scene) : undefined
  const lines = compact ?? fullScreen(scene)
  return lines.slice(0, rows).map(({ line, ...look }) => {
    const clipped = clip(line, columns)
    return paint(look.isSelected ? fill(clipped, columns) : clipped, look)
  })
}

function fullScreen(scene: Scene): DrawnLine[] {
  const { state } = scene
  const above = [...titleLines(scene), ...bannerLines(scene), ...bodyLines(scene)]
  const below = [...(placeOf(state.ui).kind === 'group' ? trendLines(scene) : []), { line: footerLine(scene) }]
  const room = Math.max(0, state.size.rows - below.length)
  const blank = Array.from({ length: Math.max(0, room - above.length) }, (): DrawnLine => ({ line: [] }))
  return [...above.slice(0, room), ...blank, ...below]
}

function titleLines(scene: Scene): DrawnLine[] {
  const place = placeOf(scene.state.ui)
  switch (place.kind) {
    case 'group':
      return groupTitle(scene)
    case 'partition':
      return partitionTitle(scene)
    case 'topic':
      return [{ line: crumbLine(scene, place.topic) }, { line: [span(' groups that read it', 'dim')] }]
    case 'help':
      return [{ line: [span(' Keys', 'title')] }]
    default:
      return headerLines(scene)
  }
}

function bodyLines(scene: Scene): DrawnLine[] {
  switch (placeOf(scene.state.ui).kind) {
    case 'leaders':
      return leadersScreen(scene)
    case 'group':
      return groupScreen(scene)
    case 'topic':
      return topicScreen(scene)
    case 'partition':
      return partitionScreen(scene)
    case 'help':
      return helpScreen(scene)
    case 'reset':
      return resetScreen(scene)
    default:
      return listScreen(scene)
  }
}

function footerLine({ state, glyphs }: Scene): Line {
  const { ui } = state
  if (ui.isFiltering) {
    const filter = listOf(state)?.settings.filter ?? ''
    return [
      span(' / ', 'strong'),
      span(`${filter}${glyphs.typing}`, 'inverse'),
      span('   enter keeps it, esc clears it, ! in front inverts', 'dim'),
    ]
  }
  const place = placeOf(ui)
  const parts = hintsOf(place, glyphs).map((hint) => ({ line: [span(hint, 'dim')], isKept: alwaysHinted.includes(hint) }))
  return fitParts(parts, { width: state.size.columns, gap: span('  '), first: span(' ') })
}

const alwaysHinted: readonly string[] = ['esc back', '? help', 'q quit']

function hintsOf(place: Place, { upDown, enter, ctrl }: Glyphs): readonly string[] {
  const list = ['/ filter', 's sort']
  const end = ['? help', 'q quit']
  switch (place.kind) {
    case 'groups':
      return [`${upDown} move`, `${enter} open`, ...list, 'p pause', '+/- rate', 'i issues', ...end]
    case 'topics':
      return [`${upDown} move`, `${enter} groups`, ...list, 'p pause', '+/- rate', ...end]
    case 'leaders':
      return [`${upDown} move`, `${enter} partition`, 'u under-replicated', 'n not preferred', ...end]
    case 'brokers':
      return [`${upDown} move`, ...list, 'p pause', '+/- rate', ...end]
    case 'group':
      return place.tab === 'members'
        ? ['esc back', 'tab partitions', 'x reset', ...list, 'y copy', ...end]
        : ['esc back', 'tab members', `${enter} open`, 't exact time', 'x reset', 'y copy', `${ctrl}e export`, ...end]
    case 'topic':
      return ['esc back', `${enter} group`, ...list, ...end]
    case 'partition':
      return ['esc back', 'x reset', 'y copy', 'h exact', ...end]
    case 'help':
      return [`${upDown} scroll`, 'esc back', 'q quit']
    case 'reset':
      return ['esc back', 'nothing is changed by looking']
  }
}
