import { brokerItems, brokerListing } from '../../brokers/broker-list.ts'
import { CliCommand } from '../../command.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import { plural } from '../../output/humanize.ts'

export default class BrokersList extends CliCommand {
  static override summary = 'List the brokers of the cluster'
  static override flags = { ...clusterFlags, ...listingFlags, ...watchFlags }

  async run(): Promise<void> {
    const { flags } = await this.parse(BrokersList)
    await this.watching(flags, async (session) => {
      if (session.output.wroteSchema(brokerListing)) return
      const cluster = await session.admin('list the brokers', (admin, options) => admin.describeCluster(options))
      const items = brokerItems(cluster)
      await session.output.write(brokerListing, { items, footer: plural(items.length, 'broker') })
    })
  }
}
