import type { TopicPartition } from '@kafka-ts/client'
import { CliCommand } from '../../command.ts'
import { confirmDestruction } from '../../confirm.ts'
import { notFoundError } from '../../errors/cli-error.ts'
import { clusterFlags, confirmationFlags, mutationFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { isInScope, type PartitionScope, parseScope } from '../../groups/partition-scope.ts'
import { keyOf } from '../../groups/read-groups.ts'
import { plural } from '../../output/humanize.ts'
import type { Listing } from '../../output/listing.ts'
import { flag, int64, integer, object, type ShapeOf, text } from '../../output/shape.ts'
import type { Session } from '../../session.ts'

const shape = object({
  groupId: text(),
  topic: text(),
  partition: integer(),
  offset: int64('that was committed'),
  isDryRun: flag('nothing was changed, only checked'),
})
type ForgottenOffset = ShapeOf<typeof shape>

const listing: Listing<ForgottenOffset> = {
  kind: 'GroupOffsetDeletionList',
  item: shape,
  name: (item) => `${item.topic}/${item.partition}`,
  columns: [
    { header: 'GROUP', value: (item) => item.groupId },
    { header: 'TOPIC', value: (item) => item.topic, isName: true },
    { header: 'P', value: (item) => item.partition },
    { header: 'OFFSET', value: (item) => item.offset, number: 'count' },
    { header: 'CHANGE', value: (item) => (item.isDryRun ? 'would be deleted' : 'deleted') },
  ],
}

export default class GroupsDeleteOffsets extends CliCommand {
  static override summary = 'Forget what a group has committed of a topic'
  static override examples = ['<%= config.bin %> groups delete-offsets billing --topic old-orders']
  static override args = { group: Args.string({ description: 'Id of the group', required: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...mutationFlags,
    ...confirmationFlags,
    topic: Flags.string({
      summary: 'Of this topic, or some of its partitions (repeatable)',
      helpValue: 'T[:0,1]',
      required: true,
      multiple: true,
      multipleNonGreedy: true,
    }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GroupsDeleteOffsets)
    const { group: groupId } = args
    const scopes = flags.topic.map((topic) => parseScope(topic, '--topic'))
    const isDryRun = flags['dry-run']
    await this.session(flags, async (session) => {
      if (session.output.wroteSchema(listing)) return
      const found = (await committedIn(session, groupId, scopes)).map((offset) => ({ groupId, ...offset, isDryRun }))
      if (isDryRun) return session.output.write(listing, { items: found })
      await confirmDestruction(session, flags, { question: `Delete ${plural(found.length, 'offset')} of group ${groupId}`, name: groupId })
      const what = `delete offsets of group ${groupId}`
      const outcomes = await session.admin(what, (admin, options) => admin.deleteGroupOffsets(groupId, found, options))
      const { succeeded, failures } = session.split(outcomes, (outcome) => ({
        name: keyOf(outcome),
        what: `delete the offset of ${keyOf(outcome)}`,
      }))
      const done = new Set(succeeded.map(keyOf))
      await session.output.write(listing, {
        items: found.filter((item) => done.has(keyOf(item))),
        failures,
        done: 'deleted',
        noun: 'offset',
      })
    })
  }
}

async function committedIn(
  session: Session,
  groupId: string,
  scopes: readonly PartitionScope[],
): Promise<readonly (TopicPartition & { readonly offset: number })[]> {
  const what = `read the offsets of group ${groupId}`
  const [described] = await session.admin(what, (admin, options) => admin.describeGroups([groupId], options))
  if (described?.error !== undefined) throw session.explain(described.error, what)
  const [fetched] = await session.admin(what, (admin, options) => admin.fetchGroupOffsets([groupId], options))
  if (fetched?.error !== undefined) throw session.explain(fetched.error, what)
  const found = (fetched?.offsets ?? []).filter((offset) => isInScope(offset, scopes))
  if (found.length === 0)
    throw notFoundError(
      `Group ${groupId} has committed nothing of ${scopes.map(({ topic }) => topic).join(', ')}.`,
      `kafka-ts groups describe ${groupId}`,
    )
  return found.map(({ topic, partition, offset }) => ({ topic, partition, offset }))
}
