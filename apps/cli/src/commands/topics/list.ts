import type { TopicDescription } from '@kafka-ts/client'
import { CliCommand } from '../../command.ts'
import { durationFlag } from '../../flags/duration.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { plural } from '../../output/humanize.ts'
import { isLeaderless, isUnderMinIsr, isUnderReplicated } from '../../partitions/partition-state.ts'
import type { Session } from '../../session.ts'
import { readMinIsr, readTopicConfig, readTopics } from '../../topics/read-topics.ts'
import { globToRegExp, parsePattern } from '../../topics/select-topics.ts'
import { overridesOf, sizesByTopic, type TopicExtras, topicItem, topicListing } from '../../topics/topic-list.ts'
import { readRates } from '../../topics/topic-rates.ts'

/** Shorter than this a rate is noise. */
const MIN_RATE_MS = 100

export default class TopicsList extends CliCommand {
  static override summary = 'List topics'
  static override examples = [
    '<%= config.bin %> topics list',
    "<%= config.bin %> topics list 'orders-*' --sizes --sort size:desc",
    '<%= config.bin %> topics list --rates 2s --sort msg/s:desc',
  ]
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
    'under-min-isr': Flags.boolean({ summary: 'Only topics with fewer in-sync replicas than min.insync.replicas' }),
    leaderless: Flags.boolean({ summary: 'Only topics with a partition that nobody leads' }),
    overrides: Flags.boolean({ summary: 'Show the configs that were set on each topic' }),
    sizes: Flags.boolean({ summary: 'Show the size on disk' }),
    rates: durationFlag({ summary: 'Show records written a second, measured for so long', helpValue: '1s', minMs: MIN_RATE_MS }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TopicsList)
    const patterns = patternsOf(args.pattern, flags.regex)
    const listing = topicListing({ hasSizes: flags.sizes, hasRates: flags.rates !== undefined, hasOverrides: flags.overrides })
    await this.watching(flags, async (session) => {
      if (session.output.wroteSchema(listing)) return
      let hidden = 0
      const described = await readTopics(session, (topic) => {
        if (topic.isInternal && !flags.internal) {
          hidden++
          return false
        }
        return patterns.length === 0 || patterns.some((pattern) => pattern.test(topic.name))
      })
      const minIsr = flags['under-min-isr'] ? await readMinIsr(session, described.map(nameOf)) : undefined
      const shown = described.filter((topic) => isShown(topic, minIsr?.get(topic.name), flags))
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

function nameOf(topic: TopicDescription): string {
  return topic.name
}

interface TopicFilter {
  readonly 'under-replicated': boolean
  readonly 'under-min-isr': boolean
  readonly leaderless: boolean
}

function isShown(topic: TopicDescription, minIsr: number | undefined, filter: TopicFilter): boolean {
  return (
    (!filter['under-replicated'] || topic.partitions.some(isUnderReplicated)) &&
    (!filter['under-min-isr'] || topic.partitions.some((partition) => isUnderMinIsr(partition, minIsr))) &&
    (!filter.leaderless || topic.partitions.some(isLeaderless))
  )
}

interface ExtraFlags {
  readonly sizes: boolean
  readonly overrides: boolean
  readonly rates?: number | undefined
}

async function extrasOf(session: Session, topics: readonly TopicDescription[], flags: ExtraFlags): Promise<(name: string) => TopicExtras> {
  const names = topics.map(nameOf)
  if (names.length === 0) return () => ({})
  const [policies, sizes, overrides, rates] = await Promise.all([
    readTopicConfig(session, names, 'cleanup.policy'),
    flags.sizes ? readSizes(session) : undefined,
    flags.overrides ? readOverrides(session, names) : undefined,
    flags.rates === undefined ? undefined : readRates(session, topics, flags.rates),
  ])
  return (name) => ({
    cleanupPolicy: policies.get(name),
    sizeBytes: sizes === undefined ? undefined : (sizes.get(name) ?? 0),
    recordsPerSecond: rates?.get(name),
    overrides: overrides?.get(name),
  })
}

async function readSizes(session: Session): Promise<Map<string, number>> {
  return sizesByTopic(await session.admin('read the log directories', (admin, options) => admin.describeLogDirs(options)))
}

async function readOverrides(session: Session, names: readonly string[]): Promise<Map<string, Readonly<Record<string, string>>>> {
  const resources = names.map((name) => ({ type: 'topic' as const, name }))
  const outcomes = await session.admin('read the configs', (admin, options) => admin.describeConfigs(resources, options))
  return new Map(
    outcomes.flatMap((outcome) => (outcome.error === undefined ? [[outcome.resource.name, overridesOf(outcome.configs)] as const] : [])),
  )
}
