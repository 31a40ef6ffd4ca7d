import type { PartitionDescription } from '@kafka-ts/client'
import { CliCommand } from '../../command.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import { parseList } from '../../flags/key-value.ts'
import { Flags } from '../../flags/oclif.ts'
import { plural } from '../../output/humanize.ts'
import { partitionItem, partitionListing } from '../../partitions/partition-list.ts'
import { isLeaderless, isNotPreferred, isUnderMinIsr, isUnderReplicated } from '../../partitions/partition-state.ts'
import { describeNamed, readMinIsr, readTopics } from '../../topics/read-topics.ts'

/** Which partitions are shown; those that every flag given agrees with. */
interface PartitionFilter {
  readonly broker?: number | undefined
  readonly leader?: number | undefined
  readonly 'not-preferred': boolean
  readonly 'under-replicated': boolean
  readonly 'under-min-isr': boolean
  readonly leaderless: boolean
}

export default class PartitionsList extends CliCommand {
  static override summary = 'List partitions: who leads them, who has copies, and what is wrong'
  static override examples = [
    '<%= config.bin %> partitions list --topic orders',
    '<%= config.bin %> partitions list --leader 2 --not-preferred',
  ]
  static override flags = {
    ...clusterFlags,
    ...listingFlags,
    ...watchFlags,
    topic: Flags.string({ summary: 'Only those of these topics', helpValue: 'a,b' }),
    broker: Flags.integer({ summary: 'Only those with a replica on this broker', helpValue: 'ID', min: 0 }),
    leader: Flags.integer({ summary: 'Only those that this broker leads', helpValue: 'ID', min: 0 }),
    internal: Flags.boolean({ summary: 'Those of internal topics too' }),
    'not-preferred': Flags.boolean({ summary: 'Only those that another broker leads than their first replica' }),
    'under-replicated': Flags.boolean({ summary: 'Only those with fewer in-sync replicas than replicas' }),
    'under-min-isr': Flags.boolean({ summary: 'Only those with fewer in-sync replicas than min.insync.replicas' }),
    leaderless: Flags.boolean({ summary: 'Only those that nobody leads' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(PartitionsList)
    await this.watching(flags, async (session) => {
      const { output } = session
      if (output.wroteSchema(partitionListing)) return
      const topics =
        flags.topic === undefined
          ? await readTopics(session, (topic) => flags.internal || !topic.isInternal)
          : await describeNamed(session, parseList(flags.topic))
      const minIsr = await readMinIsr(
        session,
        topics.map((topic) => topic.name),
      )
      const items = topics.flatMap((topic) =>
        topic.partitions
          .filter((partition) => isShown(partition, minIsr.get(topic.name), flags))
          .map((partition) => partitionItem(topic.name, partition, minIsr.get(topic.name))),
      )
      await output.write(partitionListing, { items, footer: plural(items.length, 'partition') })
    })
  }
}

function isShown(partition: PartitionDescription, minIsr: number | undefined, filter: PartitionFilter): boolean {
  return (
    (filter.broker === undefined || partition.replicas.includes(filter.broker)) &&
    (filter.leader === undefined || partition.leader === filter.leader) &&
    (!filter['not-preferred'] || isNotPreferred(partition)) &&
    (!filter['under-replicated'] || isUnderReplicated(partition)) &&
    (!filter['under-min-isr'] || isUnderMinIsr(partition, minIsr)) &&
    (!filter.leaderless || isLeaderless(partition))
  )
}
