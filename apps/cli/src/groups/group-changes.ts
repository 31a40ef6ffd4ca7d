import type { Listing } from '../output/listing.ts'
import { flag, object, type ShapeOf, text } from '../output/shape.ts'

const shape = object({
  groupId: text(),
  change: text('what was done: deleted or unchanged'),
  detail: text(),
  isDryRun: flag('nothing was changed, only checked'),
})

/** One thing a command did to a group, or would do. */
export type GroupChange = ShapeOf<typeof shape>

/** What commands that change groups print. */
export const groupChangeListing: Listing<GroupChange> = {
  kind: 'GroupChangeList',
  item: shape,
  name: (item) => item.groupId,
  columns: [
    { header: 'GROUP', value: (item) => item.groupId, isName: true },
    { header: 'CHANGE', value: (item) => (item.isDryRun ? `would be ${item.change}` : item.change) },
    { header: 'DETAIL', value: (item) => item.detail },
  ],
}
