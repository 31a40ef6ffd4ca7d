/** A key as the dashboard names it: keys with a meaning of their own by name, all others by what they type. */
export type KeyName =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'page-up'
  | 'page-down'
  | 'home'
  | 'end'
  | 'enter'
  | 'escape'
  | 'tab'
  | 'backspace'
  | 'ctrl'
  | 'text'

/** One key. */
export interface KeyPress {
  readonly name: KeyName
  /** What was typed, or for `ctrl` the letter that was pressed with it. */
  readonly text: string
}

/** A key that types a text. */
export function typed(text: string): KeyPress {
  return { name: 'text', text }
}

/** A key with a name. */
export function named(name: Exclude<KeyName, 'text' | 'ctrl'>): KeyPress {
  return { name, text: '' }
}

/** A letter with ctrl. */
export function ctrl(letter: string): KeyPress {
  return { name: 'ctrl', text: letter }
}
