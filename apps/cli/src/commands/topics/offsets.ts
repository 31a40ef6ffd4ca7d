import { CliCommand } from '../../command.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import type { Listing } from '../../output/listing.ts'
import { int64, integer, isoTime, nullable, object, optional, type ShapeOf, text, time } from '../../output/shape.ts'
import { parseOffsetSpec } from '../../topics/offset-specs.ts'

const shape = object({
  topic: text(),
  partition: integer(),
  offset: nullable(int64('null: no record is at or after the time')),
  timestamp: optional(nullable(time('of the record; with --at @TIME or max-timestamp'))),
})
type OffsetItem = ShapeOf<typeof shape>

function listingOf(hasTimestamps: boolean): Listing<OffsetItem> {
  return {
    kind: 'TopicOffsetList',
    item: shape,
    name: (item) => `${item.topic}/${item.partition}`,
    columns: [
      { header: 'TOPIC', value: (item) => item.topic, isName: true },
      { header: 'PARTITION', value: (item) => item.partition },
      { header: 'OFFSET', value: (item) => item.offset, number: 'count' },
      ...(hasTimestamps
        ? [{ header: 'TIMESTAMP', value: (item: OffsetItem) => (item.timestamp == null ? null : isoTime(item.timestamp)) }]
        : []),
    ],
  }
}

export default class TopicsOffsets extends CliCommand {
  static override summary = 'Show offsets of a topic, one for each partition'
  static override examples = ['<%= config.bin %> topics offsets orders', '<%= config.bin %> topics offsets orders --at @-1h']
  static override args = { topic: Args.string({ description: 'Name of the topic', required: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...listingFlags,
    ...watchFlags,
    at: Flags.string({ summary: 'Which offset: earliest, latest, max-timestamp or @TIME', helpValue: 'WHICH', default: 'latest' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TopicsOffsets)
    const { topic } = args
    const at = parseOffsetSpec(flags.at, this.doors.now(), '--at')
    const hasTimestamps = at !== 'earliest' && at !== 'latest'
    const listing = listingOf(hasTimestamps)
    await this.watching(flags, async (session) => {
      if (session.output.wroteSchema(listing)) return
      const { partitions } = await session.admin(`describe topic ${topic}`, (admin, options) => admin.describeTopic(topic, options))
      const queries = partitions.map(({ partition }) => ({ topic, partition, at }))
      const outcomes = await session.admin(`read the offsets of topic ${topic}`, (admin, options) => admin.listOffsets(queries, options))
      const { succeeded, failures } = session.split(outcomes, ({ partition }) => ({
        name: `${topic}/${partition}`,
        what: `read the offset of ${topic}/${partition}`,
      }))
      const items = succeeded.map(
        ({ partition, offset = -1, timestamp = -1 }): OffsetItem => ({
          topic,
          partition,
          offset: offset < 0 ? null : offset,
          timestamp: hasTimestamps ? (timestamp < 0 ? null : timestamp) : undefined,
        }),
      )
      await session.output.write(listing, { items, failures, done: 'read', noun: 'partition' })
    })
  }
}
