import { CliCommand } from '../../command.ts'
import { usageError } from '../../errors/cli-error.ts'
import { clusterFlags, mutationFlags } from '../../flags/global.ts'
import { parseKeyValues, parseList, parseWhole } from '../../flags/key-value.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { plural } from '../../output/humanize.ts'
import { type TopicChange, topicChangeListing } from '../../topics/topic-changes.ts'
import { readTopicFile, type TopicPlan } from '../../topics/topic-file.ts'

export default class TopicsCreate extends CliCommand {
  static override summary = 'Create topics'
  static override description = 'Counts that are left out are the defaults of the broker (num.partitions, default.replication.factor).'
  static override examples = [
    '<%= config.bin %> topics create orders -p 6 -c retention.ms=86400000',
    '<%= config.bin %> topics create -f topics.yaml --dry-run',
  ]
  static override args = {
    name: Args.string({ description: 'Names of topics', multiple: true, ignoreStdin: true }),
  }
  static override flags = {
    ...clusterFlags,
    ...mutationFlags,
    partitions: Flags.integer({ char: 'p', summary: 'How many partitions', min: 1 }),
    replication: Flags.integer({ char: 'R', summary: 'How many replicas of each', min: 1 }),
    assign: Flags.string({
      summary: 'The brokers of a partition, its leader first, instead of -p and -R (repeatable): 0:1,2',
      helpValue: 'P:B,B',
      multiple: true,
      multipleNonGreedy: true,
      exclusive: ['partitions', 'replication', 'file'],
    }),
    config: Flags.string({ char: 'c', summary: 'A config (repeatable)', helpValue: 'key=value', multiple: true, multipleNonGreedy: true }),
    file: Flags.string({ char: 'f', summary: 'Topics from a YAML or JSON file; - is standard input', helpValue: 'FILE' }),
    'if-not-exists': Flags.boolean({ summary: 'A topic that exists already is fine as it is' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TopicsCreate)
    const common = {
      ...(flags.partitions === undefined ? {} : { partitions: flags.partitions }),
      ...(flags.replication === undefined ? {} : { replicationFactor: flags.replication }),
      ...(flags.assign === undefined ? {} : { assignments: parseAssignments(flags.assign) }),
    }
    const configs = parseKeyValues(flags.config, '--config')
    const named = [args.name ?? []].flat().map((topic): TopicPlan => ({ topic }))
    const isDryRun = flags['dry-run']
    await this.session(flags, async (session) => {
      if (session.output.wroteSchema(topicChangeListing)) return
      const fromFile = flags.file === undefined ? [] : await readTopicFile(flags.file, this.doors)
      const plans = [...named, ...fromFile].map((plan): TopicPlan => ({ ...common, ...plan, configs: { ...configs, ...plan.configs } }))
      if (plans.length === 0) throw usageError('No topic is named.', 'kafka-ts topics create NAME', 'kafka-ts topics create -f FILE')
      const outcomes = await session.admin('create the topics', (admin, options) =>
        admin.createTopics(plans, { ...options, validateOnly: isDryRun }),
      )
      const existing = flags['if-not-exists'] ? outcomes.filter((outcome) => outcome.error?.code === 'TOPIC_ALREADY_EXISTS') : []
      const { succeeded, failures } = session.split(
        outcomes.filter((outcome) => !existing.includes(outcome)),
        ({ topic }) => ({ name: topic, what: `create topic ${topic}` }),
      )
      const items = [
        ...succeeded.map((outcome) => change(outcome.topic, outcome.partitionCount, isDryRun)),
        ...existing.map(({ topic }): TopicChange => ({ topic, change: 'unchanged', detail: 'exists already', isDryRun })),
      ]
      await session.output.write(topicChangeListing, { items, failures, done: 'created', noun: 'topic' })
    })
  }
}

/** `0:1,2 1:2,1` as the brokers of each partition. Every partition from 0 on must be there. */
function parseAssignments(inputs: readonly string[]): number[][] {
  const byPartition = new Map<number, number[]>()
  for (const input of inputs) {
    const [partition = '', brokers = ''] = input.split(':')
    const replicas = parseList(brokers).map((broker) => parseWhole(broker, '--assign'))
    if (replicas.length === 0) throw usageError(`--assign: ${input} is not PARTITION:BROKER,BROKER.`)
    byPartition.set(parseWhole(partition, '--assign'), replicas)
  }
  return Array.from({ length: inputs.length }, (_, partition) => {
    const replicas = byPartition.get(partition)
    if (replicas === undefined) throw usageError(`--assign: partition ${partition} is missing; name each from 0 on once.`)
    return replicas
  })
}

function change(topic: string, partitionCount: number | undefined, isDryRun: boolean): TopicChange {
  const detail = partitionCount === undefined || partitionCount < 1 ? '' : plural(partitionCount, 'partition')
  return { topic, change: 'created', detail, isDryRun }
}
