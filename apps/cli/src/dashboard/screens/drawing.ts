import type { ListDrawing } from '../ui/list-view.ts'
import type { DashboardState } from '../ui/state.ts'
import type { Glyphs } from '../view/glyphs.ts'
import type { Line } from '../view/line.ts'
import type { LineLook } from '../view/theme.ts'

/** A line as it comes on the screen. */
export interface DrawnLine extends LineLook {
  readonly line: Line
}

/** What screens draw from. */
export interface Scene {
  readonly state: DashboardState
  readonly glyphs: Glyphs
}

/** How lists of this scene are drawn. */
export function listDrawing({ state, glyphs }: Scene): ListDrawing {
  const { ui, size, health, facts } = state
  return {
    width: size.columns,
    isWide: ui.isWide,
    context: { glyphs, numbers: ui.numbers, nowMs: health.nowMs, historyMs: facts.historyMs },
  }
}

/** Whether rows are old: they are drawn dimmed. */
export function isStale({ health }: DashboardState): boolean {
  return health.failure !== undefined || health.isLate
}
