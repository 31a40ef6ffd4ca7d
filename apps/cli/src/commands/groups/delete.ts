import { KafkaError } from '@kafka-ts/client'
import { CliCommand } from '../../command.ts'
import { confirmDestruction } from '../../confirm.ts'
import { clusterFlags, confirmationFlags, mutationFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { type GroupChange, groupChangeListing } from '../../groups/group-changes.ts'
import { selectGroups } from '../../groups/select-groups.ts'
import { plural } from '../../output/humanize.ts'
import type { Session } from '../../session.ts'

export default class GroupsDelete extends CliCommand {
  static override summary = 'Delete groups that have no members, and their offsets'
  static override examples = ['<%= config.bin %> groups delete billing', "<%= config.bin %> groups delete -r '^test-' --yes"]
  static override args = { group: Args.string({ description: 'Ids of groups', required: true, multiple: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...mutationFlags,
    ...confirmationFlags,
    regex: Flags.boolean({ char: 'r', summary: 'Ids are regular expressions' }),
    'if-exists': Flags.boolean({ summary: 'A group that does not exist is fine' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GroupsDelete)
    await this.session(flags, async (session) => {
      if (session.output.wroteSchema(groupChangeListing)) return
      const ids = await selectGroups(session, [args.group].flat(), flags.regex)
      if (flags.regex) for (const id of ids) session.output.say(id)
      const isMissingFine = flags['if-exists']
      if (flags['dry-run']) return report(session, await check(session, ids), { isMissingFine, isDryRun: true })
      const question =
        ids.length === 1 ? `Delete group ${ids[0]} and its offsets` : `Delete ${plural(ids.length, 'group')} and their offsets`
      await confirmDestruction(session, flags, { question, name: ids.join(',') })
      const outcomes = await session.admin('delete the groups', (admin, options) => admin.deleteGroups(ids, options))
      await report(session, outcomes, { isMissingFine, isDryRun: false })
    })
  }
}

interface DeleteOutcome {
  readonly groupId: string
  readonly error?: KafkaError | undefined
}

/** What the broker would refuse. */
async function check(session: Session, ids: readonly string[]): Promise<DeleteOutcome[]> {
  const outcomes = await session.admin('describe the groups', (admin, options) => admin.describeGroups(ids, options))
  return outcomes.map(({ groupId, error, description }) => {
    const isInUse = (description?.members.length ?? 0) > 0
    return { groupId, error: error ?? (isInUse ? new KafkaError('NON_EMPTY_GROUP') : undefined) }
  })
}

async function report(
  session: Session,
  outcomes: readonly DeleteOutcome[],
  { isMissingFine, isDryRun }: { readonly isMissingFine: boolean; readonly isDryRun: boolean },
): Promise<void> {
  const missing = isMissingFine ? outcomes.filter((outcome) => outcome.error?.code === 'GROUP_ID_NOT_FOUND') : []
  const rest = outcomes.filter((outcome) => !missing.includes(outcome))
  const { succeeded, failures } = session.split(rest, ({ groupId }) => ({ name: groupId, what: `delete group ${groupId}` }))
  const items = [
    ...succeeded.map(({ groupId }): GroupChange => ({ groupId, change: 'deleted', detail: '', isDryRun })),
    ...missing.map(({ groupId }): GroupChange => ({ groupId, change: 'unchanged', detail: 'does not exist', isDryRun })),
  ]
  await session.output.write(groupChangeListing, { items, failures, done: 'deleted', noun: 'group' })
}
