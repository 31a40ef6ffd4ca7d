import type { Listing } from '../output/listing.ts'
import { flag, object, type ShapeOf, text } from '../output/shape.ts'

const shape = object({
  topic: text(),
  change: text('what was done: created, deleted, altered or unchanged'),
  detail: text(),
  isDryRun: flag('nothing was changed, only checked'),
})

/** One thing a command did to a topic, or would do. */
export type TopicChange = ShapeOf<typeof shape>

/** What commands that change topics print. */
export const topicChangeListing: Listing<TopicChange> = {
  kind: 'TopicChangeList',
  item: shape,
  name: (item) => item.topic,
  columns: [
    { header: 'TOPIC', value: (item) => item.topic, isName: true },
    { header: 'CHANGE', value: (item) => (item.isDryRun ? `would be ${item.change}` : item.change) },
    { header: 'DETAIL', value: (item) => item.detail },
  ],
}
