import { CliCommand } from '../../command.ts'
import { configChangeFlags, configChanges, drawChange } from '../../configs/config-changes.ts'
import { CliError, usageError } from '../../errors/cli-error.ts'
import { EXIT } from '../../errors/exit-codes.ts'
import { clusterFlags, mutationFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { plural } from '../../output/humanize.ts'
import type { Session } from '../../session.ts'
import { topicChangeListing } from '../../topics/topic-changes.ts'

export default class TopicsAlter extends CliCommand {
  static override summary = 'Add partitions to a topic, or change its configs'
  static override examples = [
    '<%= config.bin %> topics alter orders --partitions 12',
    '<%= config.bin %> topics alter orders -c retention.ms=86400000 --unset segment.bytes',
  ]
  static override args = { topic: Args.string({ description: 'Name of the topic', required: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...mutationFlags,
    ...configChangeFlags,
    partitions: Flags.integer({ char: 'p', summary: 'How many partitions in all', min: 1, exclusive: ['add-partitions'] }),
    'add-partitions': Flags.integer({ summary: 'How many partitions more', min: 1 }),
    config: Flags.string({
      char: 'c',
      summary: 'Set a config (repeatable)',
      helpValue: 'key=value',
      multiple: true,
      multipleNonGreedy: true,
    }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TopicsAlter)
    const { topic } = args
    const isDryRun = flags['dry-run']
    const changes = configChanges({ ...flags, set: flags.config }, '--config')
    const isPartitioned = flags.partitions !== undefined || flags['add-partitions'] !== undefined
    await this.session(flags, async (session) => {
      if (session.output.wroteSchema(topicChangeListing)) return
      if (changes.length === 0 && !isPartitioned)
        throw usageError('Nothing to change.', 'add --partitions, --add-partitions, -c, --unset, --append or --subtract')
      const what = `alter topic ${topic}`
      const detail = changes.map(drawChange)
      if (isPartitioned) {
        const { from, to } = await partitionCounts(session, topic, flags)
        detail.unshift(`partitions ${from} -> ${to}`)
        const [outcome] = await session.admin(what, (admin, options) =>
          admin.createPartitions([{ topic, partitions: to }], { ...options, validateOnly: isDryRun }),
        )
        if (outcome?.error !== undefined) throw session.explain(outcome.error, what)
      }
      if (changes.length > 0) {
        const resource = { type: 'topic' as const, name: topic }
        const [outcome] = await session.admin(what, (admin, options) =>
          admin.alterConfigs([{ resource, changes }], { ...options, validateOnly: isDryRun }),
        )
        if (outcome?.error !== undefined) throw session.explain(outcome.error, what)
      }
      const warnings = isPartitioned ? ['records that are there stay in their partitions: from now on a key may be in another one'] : []
      await session.output.write(topicChangeListing, {
        items: [{ topic, change: 'altered', detail: detail.join(' '), isDryRun }],
        warnings,
      })
    })
  }
}

async function partitionCounts(
  session: Session,
  topic: string,
  flags: { readonly partitions?: number | undefined; readonly 'add-partitions'?: number | undefined },
): Promise<{ readonly from: number; readonly to: number }> {
  const { partitions } = await session.admin(`describe topic ${topic}`, (admin, options) => admin.describeTopic(topic, options))
  const from = partitions.length
  const to = flags.partitions ?? from + (flags['add-partitions'] ?? 0)
  if (to <= from) {
    const why = to === from ? 'that is no change' : 'partitions can be added, never taken away'
    throw new CliError(`Cannot give topic ${topic} ${plural(to, 'partition')}: it has ${from}, and ${why}.`, {
      code: 'INVALID_PARTITIONS',
      exit: EXIT.usage,
      suggestions: [
        `kafka-ts topics alter ${topic} --partitions ${from + 1}`,
        ...(to < from ? ['for fewer, create another topic and copy the records: kafka-ts consume ... | kafka-ts produce ...'] : []),
      ],
    })
  }
  return { from, to }
}
