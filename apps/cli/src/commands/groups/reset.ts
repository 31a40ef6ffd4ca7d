import { CliCommand } from '../../command.ts'
import { confirmDestruction } from '../../confirm.ts'
import { clusterFlags, confirmationFlags, mutationFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { writeOffsetFile } from '../../groups/offset-file.ts'
import { parseScope } from '../../groups/partition-scope.ts'
import { keyOf } from '../../groups/read-groups.ts'
import { planReset, type ResetItem, resetListing } from '../../groups/reset-plan.ts'
import { resetTarget, resetTargetFlags } from '../../groups/reset-target.ts'
import { humanCount, plural } from '../../output/humanize.ts'
import { renderTable } from '../../output/table.ts'
import type { Session } from '../../session.ts'

export default class GroupsReset extends CliCommand {
  static override summary = 'Set the offsets of a group: rewind it, skip records, or bring offsets back'
  static override description =
    'The group must have no members. The plan is shown before it is confirmed; --dry-run shows it and changes nothing. --export keeps the offsets as they are ' +
    'now in a file, from which --from-file brings them back.'
  static override examples = [
    '<%= config.bin %> groups reset billing --to-datetime 2026-11-22T15:00Z --all-topics --dry-run',
    '<%= config.bin %> groups reset billing --by-duration -30m --topic orders --export before.csv',
    '<%= config.bin %> groups reset billing --from-file before.csv   # undo',
    '<%= config.bin %> groups reset billing --shift-by -100 --topic orders:0,1',
  ]
  static override args = { group: Args.string({ description: 'Id of the group', required: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...mutationFlags,
    ...confirmationFlags,
    ...resetTargetFlags,
    topic: Flags.string({
      summary: 'Of this topic, or some of its partitions (repeatable)',
      helpValue: 'T[:0,1]',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'all-topics': Flags.boolean({
      summary: 'Of all topics that the group has committed',
      exactlyOne: ['topic', 'all-topics', 'from-file'],
    }),
    'allow-new-topics': Flags.boolean({ summary: 'Of topics too that the group has committed nothing of, and of a group that is new' }),
    export: Flags.string({ summary: 'Write the offsets before the reset to a file', helpValue: 'FILE' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GroupsReset)
    const { group: groupId } = args
    const isDryRun = flags['dry-run']
    const wish = {
      groupId,
      target: resetTarget(flags, this.doors.now()),
      scopes: flags.topic?.map((topic) => parseScope(topic, '--topic')),
      allowsNew: flags['allow-new-topics'],
      isDryRun,
    }
    await this.session(flags, async (session) => {
      if (session.output.wroteSchema(resetListing)) return
      const { items: plan, warnings } = await planReset(session, wish)
      const backUp = async () => {
        if (flags.export === undefined) return
        await writeOffsetFile(
          flags.export,
          plan.map(({ topic, partition, currentOffset }) => ({ topic, partition, offset: currentOffset })),
        )
        session.output.say(`The offsets as they are now are in ${flags.export}: undo with --from-file ${flags.export}`)
      }
      if (isDryRun) {
        await backUp()
        return session.output.write(resetListing, { items: plan, warnings })
      }
      const isSeen = flags.yes !== true && flags.confirm === undefined && showPlan(session, plan)
      await confirmDestruction(session, flags, {
        question: `Set ${plural(plan.length, 'offset')} of group ${groupId} (${drawDelta(plan)})`,
        name: groupId,
      })
      await backUp()
      await commit(session, { groupId, plan, warnings, isSeen })
    })
  }
}

interface ResetJob {
  readonly groupId: string
  readonly plan: readonly ResetItem[]
  readonly warnings: readonly string[]
  /** The user has the plan before them: done as planned needs no second table. */
  readonly isSeen: boolean
}

async function commit(session: Session, { groupId, plan, warnings, isSeen }: ResetJob): Promise<void> {
  const offsets = plan.map(({ topic, partition, newOffset }) => ({ topic, partition, offset: newOffset }))
  const what = `reset the offsets of group ${groupId}`
  const outcomes = await session.admin(what, (admin, options) => admin.commitGroupOffsets(groupId, offsets, options))
  const { succeeded, failures } = session.split(outcomes, (outcome) => ({
    name: keyOf(outcome),
    what: `set the offset of ${keyOf(outcome)}`,
  }))
  const done = new Set(succeeded.map(keyOf))
  const footer = `${plural(done.size, 'offset')} of group ${groupId} set`
  if (isSeen && failures.length === 0 && session.output.isForPeople && session.doors.stdout.isTTY) return session.output.say(footer)
  await session.output.write(resetListing, {
    items: plan.filter((item) => done.has(keyOf(item))),
    failures,
    warnings,
    done: 'set',
    noun: 'offset',
    footer,
  })
}

/** The plan as talk: what a question is about stands right before it. Answers whether there was anybody to see it. */
function showPlan({ output, doors }: Session, plan: readonly ResetItem[]): boolean {
  if (!doors.stdin.isTTY || !doors.stderr.isTTY) return false
  const columns = resetListing.columns.filter((column) => !column.isWide)
  output.say(renderTable(columns, plan, { hasHeaders: true, isRaw: false, width: doors.stderr.columns, isAscii: false }).trimEnd())
  return true
}

function drawDelta(plan: readonly ResetItem[]): string {
  const again = plan.reduce((sum, { delta }) => sum + Math.max(0, -(delta ?? 0)), 0)
  const skipped = plan.reduce((sum, { delta }) => sum + Math.max(0, delta ?? 0), 0)
  const parts = [
    ...(again === 0 ? [] : [`${humanCount(again)} records are read again`]),
    ...(skipped === 0 ? [] : [`${humanCount(skipped)} are skipped`]),
  ]
  return parts.length === 0 ? 'nothing moves' : parts.join(', ')
}
