import type { Key } from 'ink'
import { ctrl, type KeyPress, named, typed } from '../ui/key-press.ts'

/** A key as ink reports it, by the name the dashboard has for it; undefined for one that means nothing here. */
export function toKeyPress(input: string, key: Key): KeyPress | undefined {
  if (key.upArrow) return named('up')
  if (key.downArrow) return named('down')
  if (key.leftArrow) return named('left')
  if (key.rightArrow) return named('right')
  if (key.pageUp) return named('page-up')
  if (key.pageDown) return named('page-down')
  if (key.home) return named('home')
  if (key.end) return named('end')
  if (key.return) return named('enter')
  if (key.escape) return named('escape')
  if (key.tab) return named('tab')
  if (key.backspace || key.delete) return named('backspace')
  if (key.ctrl) return ctrl(input)
  return input === '' || key.meta ? undefined : typed(input)
}
