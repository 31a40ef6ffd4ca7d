import { brokerItems, brokerListing, brokerShape } from '../../brokers/broker-list.ts'
import { CliCommand } from '../../command.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import type { Listing } from '../../output/listing.ts'
import { integer, list, nullable, object, type ShapeOf, text } from '../../output/shape.ts'
import { renderTable } from '../../output/table.ts'

const shape = object({
  clusterId: text(),
  controllerId: nullable(integer('null while there is none')),
  topics: integer('internal ones not counted'),
  partitions: integer(),
  brokers: list(brokerShape),
})
type ClusterItem = ShapeOf<typeof shape>

const listing: Listing<ClusterItem> = {
  kind: 'ClusterInfo',
  item: shape,
  name: (item) => item.clusterId,
  columns: [
    { header: 'CLUSTER', value: (item) => item.clusterId, isName: true },
    { header: 'CONTROLLER', value: (item) => item.controllerId },
    { header: 'BROKERS', value: (item) => item.brokers.length },
    { header: 'TOPICS', value: (item) => item.topics, number: 'count' },
    { header: 'PARTITIONS', value: (item) => item.partitions, number: 'count' },
  ],
  draw: (items, style) =>
    items
      .map(
        (item) =>
          `CLUSTER ${item.clusterId}   CONTROLLER ${item.controllerId ?? 'none'}   TOPICS ${item.topics}   PARTITIONS ${item.partitions}\n` +
          renderTable(
            brokerListing.columns.filter((column) => !column.isWide),
            item.brokers,
            style,
          ),
      )
      .join(''),
}

export default class ClusterInfo extends CliCommand {
  static override summary = 'Show the cluster: its id, its brokers and how much it holds'
  static override flags = { ...clusterFlags, ...listingFlags, ...watchFlags }

  async run(): Promise<void> {
    const { flags } = await this.parse(ClusterInfo)
    await this.watching(flags, async (session) => {
      if (session.output.wroteSchema(listing)) return
      const [cluster, topics] = await Promise.all([
        session.admin('describe the cluster', (admin, options) => admin.describeCluster(options)),
        session.admin('describe the cluster', (admin, options) => admin.listTopics(options)),
      ])
      const item = {
        clusterId: cluster.clusterId,
        controllerId: cluster.controllerId < 0 ? null : cluster.controllerId,
        topics: topics.length,
        partitions: topics.reduce((sum, topic) => sum + topic.partitionCount, 0),
        brokers: brokerItems(cluster),
      }
      await session.output.write(listing, { items: [item] })
    })
  }
}
