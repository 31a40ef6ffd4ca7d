import type { TopicPartition } from '@kafka-ts/client'
import { CliCommand } from '../../command.ts'
import { notFoundError } from '../../errors/cli-error.ts'
import { clusterFlags, listingFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { parsePartition } from '../../groups/partition-scope.ts'
import { peekItem, peekListing } from '../../groups/peek-list.ts'
import { readAround } from '../../groups/read-around.ts'
import { keyOf, offsetsAt } from '../../groups/read-groups.ts'
import { humanCount } from '../../output/humanize.ts'
import type { Session } from '../../session.ts'

const DEFAULT_RECORDS = 3
const MAX_RECORDS = 1_000

export default class GroupsPeek extends CliCommand {
  static override summary = 'Show the records around the offset a group has committed: what it did last, and what comes next'
  static override examples = [
    '<%= config.bin %> groups peek billing --topic orders:3',
    '<%= config.bin %> groups peek billing --topic orders:3 -B 0 -A 1 -o json',
  ]
  static override args = { group: Args.string({ description: 'Id of the group', required: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...listingFlags,
    topic: Flags.string({ summary: 'Which partition', helpValue: 'T:P', required: true }),
    before: Flags.integer({ char: 'B', summary: 'So many records before it', min: 0, max: MAX_RECORDS, default: DEFAULT_RECORDS }),
    after: Flags.integer({ char: 'A', summary: 'So many records from it on', min: 0, max: MAX_RECORDS, default: DEFAULT_RECORDS }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GroupsPeek)
    const partition = parsePartition(flags.topic, '--topic')
    await this.session(flags, async (session) => {
      if (session.output.wroteSchema(peekListing)) return
      const committed = await committedOffset(session, args.group, partition)
      const [starts, ends] = await Promise.all([offsetsAt(session, [partition], 'earliest'), offsetsAt(session, [partition], 'latest')])
      const key = keyOf(partition)
      const start = starts.get(key) ?? 0
      const end = ends.get(key) ?? 0
      const from = Math.max(start, committed - flags.before)
      const to = Math.min(end, committed + flags.after)
      const records = from < to ? await readAround(session, partition, { from, to }) : []
      const items = records.map((record) => peekItem(record, committed))
      const footer = `${args.group} is at ${humanCount(committed)} of ${key}, which ends at ${humanCount(end)}`
      const warnings = committed < start ? [`the records from ${committed} to ${start - 1} are deleted`] : []
      await session.output.write(peekListing, { items, footer, warnings })
    })
  }
}

async function committedOffset(session: Session, groupId: string, partition: TopicPartition): Promise<number> {
  const what = `read the offsets of group ${groupId}`
  const [described] = await session.admin(what, (admin, options) => admin.describeGroups([groupId], options))
  if (described?.error !== undefined) throw session.explain(described.error, what)
  const [fetched] = await session.admin(what, (admin, options) => admin.fetchGroupOffsets([groupId], options))
  if (fetched?.error !== undefined) throw session.explain(fetched.error, what)
  const found = fetched?.offsets?.find((offset) => keyOf(offset) === keyOf(partition))
  if (found === undefined)
    throw notFoundError(`Group ${groupId} has committed nothing of ${keyOf(partition)}.`, `kafka-ts groups describe ${groupId}`)
  return found.offset
}
