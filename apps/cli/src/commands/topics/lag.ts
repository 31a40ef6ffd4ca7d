import { CliCommand } from '../../command.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { lagListing } from '../../groups/lag-columns.ts'
import { lagFlags, lagWatchOptions } from '../../groups/lag-flags.ts'
import { lagRows } from '../../groups/lag-rows.ts'
import { LagWatch } from '../../groups/lag-watch.ts'
import { plural } from '../../output/humanize.ts'

export default class TopicsLag extends CliCommand {
  static override summary = 'Show which groups read a topic, and how far each is behind on it'
  static override examples = ['<%= config.bin %> topics lag orders', '<%= config.bin %> topics lag orders --by partition --sort lag:desc']
  static override args = { topic: Args.string({ description: 'Name of the topic', required: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...listingFlags,
    ...watchFlags,
    ...lagFlags,
    by: Flags.option({ options: ['topic', 'partition', 'member'] as const })({
      summary: 'One line for each of these in each group',
      default: 'topic',
    }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TopicsLag)
    const { topic } = args
    const listing = lagListing('TopicLagList', flags.by)
    const watch = new LagWatch({ ...lagWatchOptions(flags), isWanted: (partition) => partition.topic === topic })
    await this.watching(flags, async (session) => {
      if (session.output.wroteSchema(listing)) return
      await session.admin(`describe topic ${topic}`, (admin, options) => admin.describeTopic(topic, options))
      const listed = await session.admin('list the groups', (admin, options) => admin.listGroups(options))
      const look = await watch.look(
        session,
        listed.map((group) => group.groupId),
      )
      const readers = look.groups.filter((group) => group.lag.partitions.length > 0)
      const items = readers.flatMap((group) => lagRows(group, flags.by))
      await session.output.write(listing, { items, footer: `${plural(readers.length, 'group')} on topic ${topic}` })
    })
  }
}
