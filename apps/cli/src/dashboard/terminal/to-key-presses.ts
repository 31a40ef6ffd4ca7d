import type { Key } from 'ink'
import { ctrl, type KeyName, type KeyPress, named, typed } from '../ui/key-press.ts'

type Named = Exclude<KeyName, 'text' | 'ctrl'>

const flags: readonly (readonly [keyof Key, Named])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'page-up'],
  ['pageDown', 'page-down'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
]
const controls: Readonly<Record<string, Named>> = { '\r': 'enter', '\n': 'enter', '\t': 'tab', '\u007f': 'backspace', '\b': 'backspace' }

/** Keys as ink reports them, by the names the dashboard has for them. Keys that arrive together, over a slow line for instance, come as one text: it is taken apart. */
export function toKeyPresses(input: string, key: Key): KeyPress[] {
  const name = flags.find(([flag]) => key[flag] === true)?.[1]
  if (name !== undefined) return [named(name)]
  if (key.ctrl) return [ctrl(input)]
  return key.meta ? [] : [...input].flatMap(toKeyPress)
}

function toKeyPress(character: string): KeyPress[] {
  const name = controls[character]
  if (name !== undefined) return [named(name)]
  const code = character.codePointAt(0) ?? 0
  if (code >= 0x20) return [typed(character)]
  return code === 0 ? [] : [ctrl(String.fromCodePoint(code + 0x60))]
}
