import { CliCommand } from '../../command.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import { leaderShare, leaderShareListing } from '../../leaders/leader-share.ts'
import { readMinIsr, readTopics } from '../../topics/read-topics.ts'

export default class LeadersShow extends CliCommand {
  static override summary = 'Show how leadership is spread over the brokers, and partitions with a problem'
  static override description = 'The share of a broker is that of all partitions that have a leader. * is the controller.'
  static override flags = { ...clusterFlags, ...listingFlags, ...watchFlags }

  async run(): Promise<void> {
    const { flags } = await this.parse(LeadersShow)
    await this.watching(flags, async (session) => {
      if (session.output.wroteSchema(leaderShareListing)) return
      const [cluster, topics, logDirs] = await Promise.all([
        session.admin('describe the cluster', (admin, options) => admin.describeCluster(options)),
        readTopics(session, () => true),
        session.admin('read the log directories', (admin, options) => admin.describeLogDirs(options)),
      ])
      const minIsr = await readMinIsr(
        session,
        topics.map((topic) => topic.name),
      )
      await session.output.write(leaderShareListing, { items: [leaderShare({ cluster, topics, minIsr, logDirs })] })
    })
  }
}
