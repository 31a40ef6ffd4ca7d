import { placeOf, type Size } from '../ui/state.ts'
import { type Glyphs, glyphsOf } from '../view/glyphs.ts'
import { fill, fitEnd, type Line, span } from '../view/line.ts'
import type { DrawnLine, Scene } from './drawing.ts'

function keysOf({ upDown, enter, ctrl }: Glyphs): readonly (readonly [keys: string, meaning: string])[] {
  return [
    [`${upDown} j k  g G`, 'move; to the top, to the end'],
    ['PgUp PgDn', 'a page at a time'],
    [`${enter} d   esc`, 'open; back'],
    ['1 2 3 4', 'groups, topics, leaders, brokers'],
    ['tab', 'partitions or members of a group'],
    ['/', 'filter (regular expression; ! inverts)'],
    ['s   N L T C R S', 'sort on; name lag time eta rate status'],
    ['i   a', 'issues only; empty groups too'],
    ['h   w', 'exact numbers; more columns'],
    [`p   + -   ${ctrl}r`, 'pause; more often, less often; now'],
    ['t', 'exact time lag, from the record'],
    ['x', 'preview a reset of offsets'],
    ['u n', 'leaders: one kind of problem only'],
    [`y   ${ctrl}e`, 'copy; write what is known to a file'],
    [`q   ${ctrl}c`, 'quit'],
    ['- ? !', 'no commit, not known, deleted unread'],
    ['> =', 'at least; read from the record'],
  ]
}

const ENTRIES = keysOf(glyphsOf(true)).length
const KEYS_WIDTH = 17

const TITLE_AND_HINT_LINES = 3
const TWO_COLUMNS = 100
const COLUMN_WIDTH = 58

/** Lines of help that do not fit on the screen: how far it can be scrolled. */
export function hiddenHelpLines({ columns, rows }: Size): number {
  return Math.max(0, (columns < TWO_COLUMNS ? ENTRIES : Math.ceil(ENTRIES / 2)) - (rows - TITLE_AND_HINT_LINES))
}

/** What keys do; in two columns where there is room, and scrolled where there is little. */
export function helpScreen({ state, glyphs }: Scene): DrawnLine[] {
  const entries = keysOf(glyphs).map(
    ([keys, meaning]): Line => [span(`  ${fitEnd(keys, KEYS_WIDTH, glyphs.ellipsis)}`, 'strong'), span(meaning)],
  )
  const top = Math.min(placeOf(state.ui).cursor.top, hiddenHelpLines(state.size))
  if (state.size.columns < TWO_COLUMNS) return entries.slice(top).map((line): DrawnLine => ({ line }))
  const half = Math.ceil(entries.length / 2)
  return entries
    .slice(top, half)
    .map((left, index): DrawnLine => ({ line: [...fill(left, COLUMN_WIDTH), ...(entries[half + top + index] ?? [])] }))
}
