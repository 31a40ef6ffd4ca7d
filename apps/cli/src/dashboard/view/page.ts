import { type DashboardState, placeOf } from '../ui/state.ts'

/** Below either, a list is one line a row: glyph, name, lag, time. */
const COMPACT_COLUMNS = 60
const COMPACT_ROWS = 12

/** Whether the terminal is too small for tables. */
export function isCompact({ size }: Pick<DashboardState, 'size'>): boolean {
  return size.columns < COMPACT_COLUMNS || size.rows < COMPACT_ROWS
}

/** Whether there is a line to say that something is wrong, or was done. */
export function hasBanner({ health, ui, snapshot }: DashboardState): boolean {
  return health.failure !== undefined || health.isLate || ui.notice !== undefined || ui.isPaused || snapshot === undefined
}

/** Lines that are no rows of the list: titles above, hints below. */
function chromeLines(state: DashboardState): number {
  if (isCompact(state)) return 1
  switch (placeOf(state.ui).kind) {
    case 'leaders':
      return 6 + brokerLines(state)
    case 'group':
      return 5
    default:
      return 4
  }
}

/** Brokers shown above the problem partitions; the screen of brokers has them all. */
export function brokerLines({ snapshot, size }: DashboardState): number {
  return Math.min(snapshot?.brokers.length ?? 0, Math.max(1, Math.floor((size.rows - 7) / 2)))
}

/** Rows of the list that fit on the screen. */
export function bodyHeight(state: DashboardState): number {
  const banner = !isCompact(state) && hasBanner(state) ? 1 : 0
  return Math.max(1, state.size.rows - chromeLines(state) - banner)
}
