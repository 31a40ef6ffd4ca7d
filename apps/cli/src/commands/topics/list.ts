import type { TopicDescription } from '@kafka-ts/client'
import { CliCommand } from '../../command.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { plural } from '../../output/humanize.ts'
import type { Session } from '../../session.ts'
import { globToRegExp, parsePattern } from '../../topics/select-topics.ts'
import {
  isLeaderless,
  isUnderReplicated,
  overridesOf,
  sizesByTopic,
  type TopicExtras,
  topicItem,
  topicListing,
} from '../../topics/topic-list.ts'

export default class TopicsList extends CliCommand {
  static override summary = 'List topics'
  static override examples = ['<%= config.bin %> topics list', "<%= config.bin %> topics list 'orders-*' --sizes --sort size:desc"]
  static override args = {
    pattern: Args.string({ description: 'Names, with * and ? standing for any characters', multiple: true, ignoreStdin: true }),
  }
  static override flags = {
    ...clusterFlags,
    ...listingFlags,
    ...watchFlags,
    regex: Flags.boolean({ char: 'r', summary: 'Patterns are regular expressions' }),
    internal: Flags.boolean({ summary: 'Internal topics too' }),
    'under-replicated': Flags.boolean({ summary: 'Only topics with fewer in-sync replicas than replicas' }),
    leaderless: Flags.boolean({ summary: 'Only topics with a partition that nobody leads' }),
    overrides: Flags.boolean({ summary: 'Show the configs that were set on each topic' }),
    sizes: Flags.boolean({ summary: 'Show the size on disk' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TopicsList)
    const patterns = patternsOf(args.pattern, flags.regex)
    const listing = topicListing({ hasSizes: flags.sizes, hasOverrides: flags.overrides })
    await this.watching(flags, async (session) => {
      if (session.output.wroteSchema(listing)) return
      const topics = await session.admin('list the topics', (admin, options) => admin.listTopics({ ...options, includeInternal: true }))
      const hidden = flags.internal ? 0 : topics.filter((topic) => topic.isInternal).length
      const names = topics
        .filter(
          (topic) =>
            (flags.internal || !topic.isInternal) && (patterns.length === 0 || patterns.some((pattern) => pattern.test(topic.name))),
        )
        .map((topic) => topic.name)
        .sort()
      const described = await describe(session, names)
      const shown = described.filter(
        (topic) =>
          (!flags['under-replicated'] || topic.partitions.some(isUnderReplicated)) &&
          (!flags.leaderless || topic.partitions.some(isLeaderless)),
      )
      const extras = await extrasOf(session, shown, flags)
      const items = shown.map((topic) => topicItem(topic, extras(topic.name)))
      const footer = `${plural(items.length, 'topic')}${hidden > 0 ? ` (${hidden} internal hidden, --internal to show)` : ''}`
      await session.output.write(listing, { items, footer })
    })
  }
}

function patternsOf(patterns: string | string[] | undefined, isRegex: boolean): RegExp[] {
  return [patterns ?? []].flat().map((pattern) => (isRegex ? parsePattern(pattern, '--regex') : globToRegExp(pattern)))
}

/** Topics that were deleted since they were listed are not worth an error. */
async function describe(session: Session, names: readonly string[]): Promise<TopicDescription[]> {
  if (names.length === 0) return []
  const outcomes = await session.admin('describe the topics', (admin, options) => admin.describeTopics(names, options))
  const described: TopicDescription[] = []
  for (const outcome of outcomes) {
    if (outcome.error === undefined) described.push(outcome.description)
    else if (outcome.error.code !== 'UNKNOWN_TOPIC_OR_PARTITION') throw session.explain(outcome.error, `describe topic ${outcome.topic}`)
  }
  return described
}

async function extrasOf(
  session: Session,
  topics: readonly TopicDescription[],
  flags: { readonly sizes: boolean; readonly overrides: boolean },
): Promise<(name: string) => TopicExtras> {
  const names = topics.map((topic) => topic.name)
  if (names.length === 0) return () => ({})
  const sizes = flags.sizes
    ? sizesByTopic(await session.admin('read the log directories', (admin, options) => admin.describeLogDirs(options)))
    : undefined
  const overrides = new Map<string, Readonly<Record<string, string>>>()
  if (flags.overrides) {
    const resources = names.map((name) => ({ type: 'topic' as const, name }))
    const outcomes = await session.admin('read the configs', (admin, options) => admin.describeConfigs(resources, options))
    for (const outcome of outcomes) if (outcome.error === undefined) overrides.set(outcome.resource.name, overridesOf(outcome.configs))
  }
  return (name) => ({ sizeBytes: sizes === undefined ? undefined : (sizes.get(name) ?? 0), overrides: overrides.get(name) })
}
