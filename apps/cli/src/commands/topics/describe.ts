import type { ConfigEntry, LogDirDescription, OffsetSpec, TopicDescription } from '@kafka-ts/client'
import { CliCommand } from '../../command.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { isLeaderless } from '../../partitions/partition-state.ts'
import type { Session } from '../../session.ts'
import { readMinIsr } from '../../topics/read-topics.ts'
import { selectTopics } from '../../topics/select-topics.ts'
import { partitionKey, topicDetails, topicDetailsListing } from '../../topics/topic-details.ts'

/** What is asked for: everything, or the sections named by flags. */
interface Sections {
  readonly configs: boolean
  readonly partitions: boolean
  readonly offsets: boolean
  readonly allConfigs: boolean
}

export default class TopicsDescribe extends CliCommand {
  static override summary = 'Show the partitions and configs of topics'
  static override examples = ['<%= config.bin %> topics describe orders', "<%= config.bin %> topics describe -r '^orders' --problems"]
  static override args = {
    topic: Args.string({ description: 'Names of topics', required: true, multiple: true, ignoreStdin: true }),
  }
  static override flags = {
    ...clusterFlags,
    ...listingFlags,
    ...watchFlags,
    regex: Flags.boolean({ char: 'r', summary: 'Names are regular expressions' }),
    partitions: Flags.boolean({ summary: 'Only the partitions' }),
    configs: Flags.boolean({ summary: 'Only the configs' }),
    'all-configs': Flags.boolean({ summary: 'Configs with their default value too' }),
    problems: Flags.boolean({ summary: 'Only partitions that have a problem' }),
    offsets: Flags.boolean({ summary: 'Offsets and sizes of the partitions', default: true, allowNo: true }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TopicsDescribe)
    const isNarrowed = flags.partitions || flags.configs || flags.problems
    const sections: Sections = {
      configs: !isNarrowed || flags.configs || flags['all-configs'],
      partitions: !isNarrowed || flags.partitions || flags.problems,
      offsets: flags.offsets,
      allConfigs: flags['all-configs'],
    }
    await this.watching(flags, async (session) => {
      if (session.output.wroteSchema(topicDetailsListing)) return
      const names = await selectTopics(session, [args.topic].flat(), flags.regex)
      const outcomes = await session.admin('describe the topics', (admin, options) => admin.describeTopics(names, options))
      const { succeeded, failures } = session.split(outcomes, ({ topic }) => ({ name: topic, what: `describe topic ${topic}` }))
      const topics = succeeded.flatMap(({ description }) => description ?? [])
      const read = await readings(session, topics, sections)
      const items = topics.map((topic) =>
        topicDetails(topic, {
          offsets: read.offsets,
          logDirs: read.logDirs,
          configs: read.configs?.get(topic.name),
          minIsr: read.minIsr,
          hasPartitions: sections.partitions,
          onlyProblems: flags.problems,
        }),
      )
      await session.output.write(topicDetailsListing, { items, failures, done: 'described', noun: 'topic' })
    })
  }
}

async function readings(session: Session, topics: readonly TopicDescription[], sections: Sections) {
  if (topics.length === 0) return { offsets: undefined, logDirs: undefined, configs: undefined, minIsr: undefined }
  const hasOffsets = sections.partitions && sections.offsets
  const names = topics.map((topic) => topic.name)
  const [offsets, logDirs, configs, minIsr] = await Promise.all([
    hasOffsets ? readOffsets(session, topics) : undefined,
    hasOffsets ? readLogDirs(session, topics) : undefined,
    sections.configs ? readConfigs(session, topics, sections.allConfigs) : undefined,
    sections.partitions ? readMinIsr(session, names) : undefined,
  ])
  return { offsets, logDirs, configs, minIsr }
}

async function readOffsets(session: Session, topics: readonly TopicDescription[]) {
  // Of partitions that nobody leads offsets cannot be had, and asking would last until the time-out.
  const partitions = topics.flatMap((topic) =>
    topic.partitions.filter((partition) => !isLeaderless(partition)).map(({ partition }) => ({ topic: topic.name, partition })),
  )
  const ask = async (at: OffsetSpec) => {
    const queries = partitions.map((partition) => ({ ...partition, at }))
    const outcomes = await session.admin('read the offsets', (admin, options) => admin.listOffsets(queries, options))
    return new Map(outcomes.map((outcome) => [partitionKey(outcome.topic, outcome.partition), outcome.offset ?? null]))
  }
  const [starts, ends] = await Promise.all([ask('earliest'), ask('latest')])
  const keys = partitions.map(({ topic, partition }) => partitionKey(topic, partition))
  return new Map(keys.map((key) => [key, { startOffset: starts.get(key) ?? null, endOffset: ends.get(key) ?? null }]))
}

function readLogDirs(session: Session, topics: readonly TopicDescription[]): Promise<LogDirDescription[]> {
  const names = topics.map((topic) => topic.name)
  return session.admin('read the log directories', (admin, options) => admin.describeLogDirs({ ...options, topics: names }))
}

async function readConfigs(session: Session, topics: readonly TopicDescription[], isAll: boolean): Promise<Map<string, ConfigEntry[]>> {
  const resources = topics.map((topic) => ({ type: 'topic' as const, name: topic.name }))
  const outcomes = await session.admin('read the configs', (admin, options) => admin.describeConfigs(resources, options))
  const configs = new Map<string, ConfigEntry[]>()
  for (const outcome of outcomes) {
    if (outcome.error !== undefined) throw session.explain(outcome.error, `read the configs of topic ${outcome.resource.name}`)
    configs.set(
      outcome.resource.name,
      outcome.configs.filter((entry) => isAll || !entry.isDefault),
    )
  }
  return configs
}
