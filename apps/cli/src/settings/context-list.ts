import { humanDuration } from '../output/humanize.ts'
import type { Listing } from '../output/listing.ts'
import { flag, integer, list, nullable, object, type ShapeOf, text, textMap } from '../output/shape.ts'
import type { Context } from './contexts.ts'

const shape = object({
  name: text(),
  isCurrent: flag(),
  brokers: list(text('host:port')),
  isProtected: flag('destructive commands need the name typed'),
  color: nullable(text()),
  timeoutMs: nullable(integer()),
  properties: textMap('of the client, by their Kafka names'),
})

/** A context in a list. */
export type ContextItem = ShapeOf<typeof shape>

/** A context as an item. */
export function contextItem(name: string, context: Context, isCurrent: boolean): ContextItem {
  const { brokers, isProtected, properties } = context
  return { name, isCurrent, brokers, isProtected, color: context.color ?? null, timeoutMs: context.timeoutMs ?? null, properties }
}

/** Contexts, one a line; the current one is marked. */
export const contextListing: Listing<ContextItem> = {
  kind: 'ContextList',
  item: shape,
  name: (item) => item.name,
  columns: [
    { header: 'CURRENT', value: (item) => (item.isCurrent ? '*' : null) },
    { header: 'NAME', value: (item) => item.name, isName: true },
    { header: 'BROKERS', value: (item) => item.brokers.join(',') },
    { header: 'PROTECTED', value: (item) => item.isProtected },
    { header: 'COLOR', value: (item) => item.color, isWide: true },
    { header: 'TIMEOUT', value: (item) => (item.timeoutMs === null ? null : humanDuration(item.timeoutMs)), isWide: true },
  ],
}
