import { displayWidth, printable } from '../../output/table.ts'

/** What a piece of text is, not how it looks: the theme says that. */
export type Style = 'plain' | 'dim' | 'strong' | 'good' | 'warn' | 'bad' | 'info' | 'title' | 'badge' | 'inverse'

/** Text of one style. */
export interface Span {
  readonly text: string
  readonly style: Style
}

/** One line of the screen. */
export type Line = readonly Span[]

/** Text of a style. Control characters are written out: what a cluster holds cannot steer the terminal. */
export function span(text: string, style: Style = 'plain'): Span {
  return { text: printable(text), style }
}

/** Columns a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + displayWidth(text), 0)
}

/** The text to exactly so many columns: cut at its end, or filled with spaces. */
export function fitEnd(text: string, width: number, ellipsis: string): string {
  const missing = width - displayWidth(text)
  if (missing >= 0) return text + ' '.repeat(missing)
  const head = takeColumns([...text], width - 1)
  return pad(`${head}${width > 0 ? ellipsis : ''}`, width)
}

/** The text to exactly so many columns, cut in its middle: both ends of a name tell it from others. */
export function fitMiddle(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return pad(text, width)
  if (width <= 2) return fitEnd(text, width, ellipsis)
  const characters = [...text]
  const tailWidth = Math.floor((width - 1) / 2)
  const tail = [...takeColumns(characters.toReversed(), tailWidth)].reverse().join('')
  return pad(`${takeColumns(characters, width - 1 - tailWidth)}${ellipsis}${tail}`, width)
}

/** Puts two lines on one: the second to the right end, if there is room for it. */
export function justify(left: Line, right: Line, width: number): Line {
  const gap = width - lineWidth(left) - lineWidth(right)
  return gap < 1 ? left : [...left, span(' '.repeat(gap)), ...right]
}

/** As many of the parts as fit, in their order, with a gap before each (before the first one `first`); those that are kept before all others. */
export function fitParts(
  parts: readonly { readonly line: Line; readonly isKept?: boolean }[],
  { width, gap, first = gap }: { readonly width: number; readonly gap: Span; readonly first?: Span },
): Line {
  const widthOf = (line: Line) => lineWidth(line) + displayWidth(gap.text)
  let room = width + displayWidth(gap.text) - displayWidth(first.text)
  const fitting = new Set<Line>()
  for (const { line } of [...parts.filter(({ isKept }) => isKept), ...parts.filter(({ isKept }) => !isKept)]) {
    if (widthOf(line) > room) continue
    room -= widthOf(line)
    fitting.add(line)
  }
  return parts.filter(({ line }) => fitting.has(line)).flatMap(({ line }, index) => [index === 0 ? first : gap, ...line])
}

/** A line filled with spaces to so many columns. */
export function fill(line: Line, width: number): Line {
  const missing = width - lineWidth(line)
  return missing > 0 ? [...line, { text: ' '.repeat(missing), style: 'plain' }] : line
}

/** A line cut to so many columns. */
export function clip(line: Line, width: number): Line {
  const clipped: Span[] = []
  let room = width
  for (const { text, style } of line) {
    if (room <= 0) break
    const taken = displayWidth(text) <= room ? text : takeColumns([...text], room)
    clipped.push({ text: taken, style })
    room -= displayWidth(taken)
  }
  return clipped
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

function takeColumns(characters: readonly string[], width: number): string {
  let [taken, used] = ['', 0]
  for (const character of characters) {
    const columns = displayWidth(character)
    if (used + columns > width) break
    taken += character
    used += columns
  }
  return taken
}
