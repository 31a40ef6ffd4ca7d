import type { GroupDescription, GroupListing } from '@kafka-ts/client'
import { totalsOf } from '@kafka-ts/lag'
import { CliCommand } from '../../command.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import { parseList } from '../../flags/key-value.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { groupItem, groupListing } from '../../groups/group-list.ts'
import { LagWatch } from '../../groups/lag-watch.ts'
import { plural } from '../../output/humanize.ts'
import type { Session } from '../../session.ts'
import { globToRegExp } from '../../topics/select-topics.ts'

interface GroupFilter {
  readonly state?: string | undefined
  readonly type?: string | undefined
  readonly topic?: string | undefined
  readonly empty: boolean
  readonly 'min-lag'?: number | undefined
}

export default class GroupsList extends CliCommand {
  static override summary = 'List consumer groups'
  static override examples = [
    '<%= config.bin %> groups list',
    '<%= config.bin %> groups list --topic orders --min-lag 1000 --sort lag:desc',
  ]
  static override args = {
    group: Args.string({ description: 'Ids, with * and ? standing for any characters', multiple: true, ignoreStdin: true }),
  }
  static override flags = {
    ...clusterFlags,
    ...listingFlags,
    ...watchFlags,
    state: Flags.string({ summary: 'Only groups in one of these states: Stable, Empty, ...', helpValue: 'a,b' }),
    type: Flags.option({ options: ['classic', 'consumer'] as const })({ summary: 'Only groups of this protocol' }),
    topic: Flags.string({ summary: 'Only groups that have committed offsets of this topic, or read it', helpValue: 'NAME' }),
    'min-lag': Flags.integer({ summary: 'Only groups with so much lag or more', helpValue: 'N', min: 0 }),
    empty: Flags.boolean({ summary: 'Only groups without members' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GroupsList)
    const patterns = [args.group ?? []].flat().map(globToRegExp)
    const listing = groupListing({ hasLag: flags['min-lag'] !== undefined })
    await this.watching(flags, async (session) => {
      if (session.output.wroteSchema(listing)) return
      const listed = await session.admin('list the groups', (admin, options) => admin.listGroups(options))
      const ids = listed
        .filter((group) => isListed(group, flags) && (patterns.length === 0 || patterns.some((pattern) => pattern.test(group.groupId))))
        .map((group) => group.groupId)
      const items = needsOffsets(flags)
        ? await withOffsets(session, ids, flags)
        : (await describeExisting(session, ids)).map((group) => groupItem(group))
      const shown = items.filter((item) => !flags.empty || item.members === 0)
      await session.output.write(listing, { items: shown, footer: plural(shown.length, 'group') })
    })
  }
}

function isListed({ state, type }: GroupListing, filter: GroupFilter): boolean {
  const states = filter.state === undefined ? undefined : parseList(filter.state).map((name) => name.toLowerCase())
  return states?.includes(state.toLowerCase()) !== false && (filter.type === undefined || filter.type === type)
}

function needsOffsets(filter: GroupFilter): boolean {
  return filter.topic !== undefined || filter['min-lag'] !== undefined
}

/** Groups that are gone since they were listed are not worth an error. */
async function describeExisting(session: Session, ids: readonly string[]): Promise<GroupDescription[]> {
  if (ids.length === 0) return []
  const outcomes = await session.admin('describe the groups', (admin, options) => admin.describeGroups(ids, options))
  return outcomes.flatMap((outcome) => {
    if (outcome.error === undefined) return [outcome.description]
    if (outcome.error.code === 'GROUP_ID_NOT_FOUND') return []
    throw session.explain(outcome.error, `describe group ${outcome.groupId}`)
  })
}

async function withOffsets(session: Session, ids: readonly string[], filter: GroupFilter) {
  const { topic: only, 'min-lag': minLag } = filter
  const isWanted = only === undefined ? () => true : ({ topic }: { readonly topic: string }) => topic === only
  const { groups, failed } = await new LagWatch({ time: 'off', sampleMs: 0, isWanted }).look(session, ids)
  for (const { groupId, error } of failed)
    if (error.code !== 'GROUP_ID_NOT_FOUND') throw session.explain(error, `read the offsets of group ${groupId}`)
  return groups
    .filter(({ lag, description }) => {
      const isReading = description.members.some((member) => only !== undefined && member.subscribedTopics.includes(only))
      return only === undefined || lag.partitions.length > 0 || isReading
    })
    .map(({ lag, description }) => ({ description, lag: totalsOf(lag.partitions).lag }))
    .filter(({ lag }) => minLag === undefined || (lag ?? 0) >= minLag)
    .map(({ description, lag }) => (minLag === undefined ? groupItem(description) : groupItem(description, lag ?? null)))
}
