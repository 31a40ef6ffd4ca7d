/** The characters of our own that are beyond letters, in two kinds: for any terminal of today, and for one that knows ASCII only. */
export interface Glyphs {
  readonly cursor: string
  readonly ellipsis: string
  readonly crumb: string
  readonly arrow: string
  readonly sortedUp: string
  readonly sortedDown: string
  readonly delta: string
  readonly atLeast: string
  readonly bar: string
  readonly upDown: string
  readonly leftRight: string
  readonly enter: string
  readonly ctrl: string
  readonly dot: string
  readonly rule: string
  readonly typing: string
  /** From nothing to all. */
  readonly sparks: readonly string[]
  readonly status: Readonly<Record<string, string>>
}

const unicode: Glyphs = {
  cursor: '▸',
  ellipsis: '…',
  crumb: '›',
  arrow: '→',
  sortedUp: '↑',
  sortedDown: '↓',
  delta: 'Δ/s',
  atLeast: '≥',
  bar: '█',
  upDown: '↑↓',
  leftRight: '←→',
  enter: '⏎',
  ctrl: '^',
  dot: '·',
  rule: '─',
  typing: '▏',
  sparks: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  status: {
    OK: '●',
    CATCHING: '▼',
    BEHIND: '▲',
    REWIND: '◂',
    STALLED: '■',
    STOPPED: '×',
    EMPTY: '○',
    REBALANCE: '~',
    'NO-COMMIT': '·',
    WARMING: '…',
    UNKNOWN: '?',
  },
}

const ascii: Glyphs = {
  cursor: '>',
  ellipsis: '~',
  crumb: '>',
  arrow: '->',
  sortedUp: '^',
  sortedDown: 'v',
  delta: 'D/s',
  atLeast: '>=',
  bar: '#',
  upDown: 'up/down',
  leftRight: 'left/right',
  enter: 'enter',
  ctrl: '^',
  dot: '-',
  rule: '-',
  typing: '_',
  sparks: [' ', '.', ':', '-', '=', '+', '*', '#'],
  status: {
    OK: '*',
    CATCHING: 'v',
    BEHIND: '^',
    REWIND: '<',
    STALLED: '#',
    STOPPED: 'x',
    EMPTY: 'o',
    REBALANCE: '~',
    'NO-COMMIT': '.',
    WARMING: ':',
    UNKNOWN: '?',
  },
}

/** The characters to draw with. */
export function glyphsOf(isAscii: boolean): Glyphs {
  return isAscii ? ascii : unicode
}
