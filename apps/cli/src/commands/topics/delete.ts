import { CliCommand } from '../../command.ts'
import { confirmDestruction } from '../../confirm.ts'
import { clusterFlags, confirmationFlags, mutationFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { plural } from '../../output/humanize.ts'
import type { Session } from '../../session.ts'
import { selectTopics } from '../../topics/select-topics.ts'
import { type TopicChange, topicChangeListing } from '../../topics/topic-changes.ts'

export default class TopicsDelete extends CliCommand {
  static override summary = 'Delete topics and all their records'
  static override examples = ['<%= config.bin %> topics delete orders', "<%= config.bin %> topics delete -r '^test-' --yes"]
  static override args = {
    topic: Args.string({ description: 'Names of topics', required: true, multiple: true, ignoreStdin: true }),
  }
  static override flags = {
    ...clusterFlags,
    ...mutationFlags,
    ...confirmationFlags,
    regex: Flags.boolean({ char: 'r', summary: 'Names are regular expressions' }),
    'if-exists': Flags.boolean({ summary: 'A topic that does not exist is fine' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TopicsDelete)
    await this.session(flags, async (session) => {
      if (session.output.wroteSchema(topicChangeListing)) return
      const names = await selectTopics(session, [args.topic].flat(), flags.regex)
      if (flags.regex) for (const name of names) session.output.say(name)
      if (flags['dry-run']) return describeOnly(session, names, flags['if-exists'])
      await confirmDestruction(session, flags, {
        question:
          names.length === 1
            ? `Delete topic ${names[0]} and all its records`
            : `Delete ${plural(names.length, 'topic')} and all their records`,
        name: names.join(','),
      })
      const outcomes = await session.admin('delete the topics', (admin, options) => admin.deleteTopics(names, options))
      await report(session, outcomes, { isMissingFine: flags['if-exists'], isDryRun: false })
    })
  }
}

async function describeOnly(session: Session, names: readonly string[], isMissingFine: boolean): Promise<void> {
  const outcomes = await session.admin('describe the topics', (admin, options) => admin.describeTopics(names, options))
  await report(session, outcomes, { isMissingFine, isDryRun: true })
}

type DeleteOutcome = Parameters<Session['split']>[0][number] & { readonly topic: string }

async function report(
  session: Session,
  outcomes: readonly DeleteOutcome[],
  { isMissingFine, isDryRun }: { readonly isMissingFine: boolean; readonly isDryRun: boolean },
): Promise<void> {
  const missing = isMissingFine ? outcomes.filter((outcome) => outcome.error?.code === 'UNKNOWN_TOPIC_OR_PARTITION') : []
  const rest = outcomes.filter((outcome) => !missing.includes(outcome))
  const { succeeded, failures } = session.split(rest, ({ topic }) => ({ name: topic, what: `delete topic ${topic}` }))
  const items = [
    ...succeeded.map(({ topic }): TopicChange => ({ topic, change: 'deleted', detail: '', isDryRun })),
    ...missing.map(({ topic }): TopicChange => ({ topic, change: 'unchanged', detail: 'does not exist', isDryRun })),
  ]
  await session.output.write(topicChangeListing, { items, failures, done: 'deleted', noun: 'topic' })
}
