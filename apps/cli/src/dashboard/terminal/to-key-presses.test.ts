import type { Key } from 'ink'
import { expect, it } from 'vitest'
import { toKeyPresses } from './to-key-presses.ts'

const none = {} as Key

it.each([
  ['a letter', 'j', none, [{ name: 'text', text: 'j' }]],
  ['an arrow', '', { upArrow: true } as Key, [{ name: 'up', text: '' }]],
  ['enter', '\r', { return: true } as Key, [{ name: 'enter', text: '' }]],
  ['ctrl-r', 'r', { ctrl: true } as Key, [{ name: 'ctrl', text: 'r' }]],
  ['a character of two code units', '𝒳', none, [{ name: 'text', text: '𝒳' }]],
  [
    'keys that came together',
    'a\tb\r\u0003',
    none,
    [
      { name: 'text', text: 'a' },
      { name: 'tab', text: '' },
      { name: 'text', text: 'b' },
      { name: 'enter', text: '' },
      { name: 'ctrl', text: 'c' },
    ],
  ],
  ['a key with alt', 'x', { meta: true } as Key, []],
  ['nothing', '', none, []],
])('names %s', (_what, input, key, expected) => expect(toKeyPresses(input, key)).toEqual(expected))
