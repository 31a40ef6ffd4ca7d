import { CliCommand } from '../../command.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { groupDetails, groupDetailsListing } from '../../groups/group-details.ts'
import { lagFooter } from '../../groups/lag-columns.ts'
import { lagFlags, lagWatchOptions } from '../../groups/lag-flags.ts'
import { LagWatch } from '../../groups/lag-watch.ts'
import { isInScope, parseScope } from '../../groups/partition-scope.ts'
import { selectGroups } from '../../groups/select-groups.ts'

export default class GroupsDescribe extends CliCommand {
  static override summary = 'Show groups: their members, who works on what, and how far each partition is'
  static override examples = [
    '<%= config.bin %> groups describe billing',
    '<%= config.bin %> groups describe billing --members',
    '<%= config.bin %> groups describe billing --only-lagging --sample 10s',
  ]
  static override args = { group: Args.string({ description: 'Ids of groups', required: true, multiple: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...listingFlags,
    ...watchFlags,
    ...lagFlags,
    regex: Flags.boolean({ char: 'r', summary: 'Ids are regular expressions' }),
    members: Flags.boolean({ summary: 'The members, and the lag of each' }),
    offsets: Flags.boolean({ summary: 'The partitions and their offsets; the default, unless there is --members' }),
    topic: Flags.string({ summary: 'Only this topic', helpValue: 'T[:0,1]', multiple: true, multipleNonGreedy: true }),
    'only-lagging': Flags.boolean({ summary: 'Only what has lag, or of which it is not known' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GroupsDescribe)
    const scopes = flags.topic?.map((topic) => parseScope(topic, '--topic'))
    const isWanted = scopes === undefined ? () => true : (partition: Parameters<typeof isInScope>[0]) => isInScope(partition, scopes)
    const watch = new LagWatch({ ...lagWatchOptions(flags), isWanted })
    const sections = { hasPartitions: flags.offsets || !flags.members, hasMembers: flags.members, onlyLagging: flags['only-lagging'] }
    await this.watching(flags, async (session) => {
      if (session.output.wroteSchema(groupDetailsListing)) return
      const ids = await selectGroups(session, [args.group].flat(), flags.regex)
      const { groups, failed } = await watch.look(session, ids)
      const failures = failed.map(({ groupId, error }) => ({ name: groupId, error: session.explain(error, `describe group ${groupId}`) }))
      const items = groups.map((group) => groupDetails(group, sections))
      const hint = flags.sample === undefined && flags.watch === undefined ? '; --sample 10s shows rates and status' : ''
      const footer = `${lagFooter(items.flatMap((item) => item.partitions ?? []))}${hint}`
      await session.output.write(groupDetailsListing, { items, failures, footer, done: 'described', noun: 'group' })
    })
  }
}
