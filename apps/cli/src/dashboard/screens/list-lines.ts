import { type ListView, resolveCursor } from '../ui/list-view.ts'
import { type DashboardState, placeOf } from '../ui/state.ts'
import { span } from '../view/line.ts'
import { bodyHeight } from '../view/page.ts'
import { type DrawnLine, isStale, listDrawing, type Scene } from './drawing.ts'

/** Which rows of a list are on screen. */
export function visibleRows(
  state: DashboardState,
  list: ListView,
): { readonly top: number; readonly selected: number; readonly count: number } {
  const height = bodyHeight(state)
  const { top, index } = resolveCursor(placeOf(state.ui).cursor, { list, height })
  return { top, selected: index, count: Math.max(0, Math.min(height, list.count - top)) }
}

/** The headers and the rows of the list of a place. Only rows on screen are drawn. */
export function listLines(scene: Scene, list: ListView, { whenEmpty }: { readonly whenEmpty: string }): DrawnLine[] {
  const { state } = scene
  const drawing = listDrawing(scene)
  const { top, selected } = visibleRows(state, list)
  const rows = list.lines({ top, height: bodyHeight(state), selected }, drawing)
  const isDimmed = isStale(state)
  const header: DrawnLine = { line: list.header(drawing) }
  if (rows.length === 0) return [header, { line: [span(`  ${whenEmpty}`, 'dim')] }]
  return [header, ...rows.map((line, index): DrawnLine => ({ line, isSelected: top + index === selected, isDimmed }))]
}
