import type { Line, Style } from './line.ts'

/** The names of themes. */
export const themeNames = ['default', 'cvd', 'mono'] as const
export type ThemeName = (typeof themeNames)[number]

type Palette = Readonly<Record<Style, string>>

// Parameters of SGR. The sixteen colours of the terminal's own palette only, and never a background: the user has chosen those.
const mono: Palette = {
  plain: '',
  dim: '2',
  strong: '1',
  good: '',
  warn: '1',
  bad: '1',
  info: '',
  title: '1',
  badge: '7',
  inverse: '7',
}
const palettes: Readonly<Record<ThemeName, Palette>> = {
  default: { ...mono, good: '32', warn: '33', bad: '31', info: '36' },
  /** Blue and yellow can be told apart with any colour vision; bold tells bad from warn. */
  cvd: { ...mono, good: '34', warn: '33', bad: '1;93', info: '36' },
  mono,
}
const withoutColor: Palette = { ...mono, dim: '', strong: '', warn: '', bad: '', title: '' }

const contextColors: Readonly<Record<string, string>> = {
  black: '30',
  red: '31',
  green: '32',
  yellow: '33',
  blue: '34',
  magenta: '35',
  cyan: '36',
  white: '37',
  gray: '90',
}

/** How lines are coloured. */
export interface PaintOptions {
  readonly theme: ThemeName
  /** Without: no SGR sequence but inverse video. */
  readonly hasColor: boolean
  /** The colour of the context, for its badge. */
  readonly badgeColor: string | undefined
}

/** How one line is drawn. */
export interface LineLook {
  readonly isSelected?: boolean
  readonly isDimmed?: boolean
}

/** Turns a line into text with SGR sequences. */
export type Painter = (line: Line, look?: LineLook) => string

/** A painter. Each span ends what it begins, so a line cut off anywhere leaves nothing behind on the next. */
export function painterOf({ theme, hasColor, badgeColor }: PaintOptions): Painter {
  const palette = hasColor ? palettes[theme] : withoutColor
  const color = hasColor && theme !== 'mono' ? contextColors[badgeColor ?? ''] : undefined
  const badge = color === undefined ? palette.badge : `${palette.badge};${color}`
  return (line, { isSelected = false, isDimmed = false } = {}) => {
    if (isSelected) return sgr('7', line.map(({ text }) => text).join(''))
    return line.map(({ text, style }) => sgr(isDimmed ? palette.dim : style === 'badge' ? badge : palette[style], text)).join('')
  }
}

function sgr(parameters: string, text: string): string {
  return parameters === '' || text === '' ? text : `\u001b[${parameters}m${text}\u001b[0m`
}
