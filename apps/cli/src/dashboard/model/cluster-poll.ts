import type { ClusterDescription, TopicDescription } from '@kafka-ts/client'
import type { PartitionPoll } from '@kafka-ts/lag'
import type { BrokerDisk, ClusterReader, CommittedOffset, DescribedGroup, ListedGroup, OffsetAt, PartitionName } from './cluster-reader.ts'

/** The log starts move slowly: they are read once in so many polls. */
const POLLS_A_LOG_START = 10
/** So are topics, leaders and brokers, while no screen shows them. */
const POLLS_A_METADATA = 5
/** Disks are measured by the broker, file by file. */
const POLLS_A_DISK = 5
/** Above this many partitions only those that groups read are watched, so the rates of other topics are not known. */
const MAX_WATCHED_PARTITIONS = 5000

const NO_LEADER = -1

/** A group as a poll found it. */
export interface PolledGroup {
  readonly group: DescribedGroup
  /** Partitions with a commit, and those members work on without one; by topic and number. */
  readonly partitions: readonly PartitionPoll[]
}

/** One poll of a cluster. */
export interface ClusterPoll {
  /** When the end offsets were asked for: milliseconds of a clock that only goes forward. */
  readonly timeMs: number
  readonly groups: readonly PolledGroup[]
  readonly offsets: OffsetTable
  readonly topics: readonly TopicDescription[]
  readonly cluster: ClusterDescription
  /** undefined until a screen asks for them. */
  readonly disks: readonly BrokerDisk[] | undefined
}

/** What is shown, and so has to be fresh. */
export type Interest = 'groups' | 'cluster'

/** What a watch of a cluster needs. */
export interface ClusterWatchOptions {
  readonly reader: ClusterReader
  /** Only groups that this matches. */
  readonly groupPattern?: RegExp | undefined
  readonly ignoredGroups?: readonly RegExp[]
  /** Milliseconds of a clock that only goes forward. */
  readonly elapsedMs: () => number
}

/**
 * Polls a cluster, in the order that keeps lag honest: groups, members, committed offsets, and only then end offsets. What changes slowly is kept from poll
 * to poll.
 */
export class ClusterWatch {
  readonly #options: ClusterWatchOptions
  readonly #starts = new OffsetTable()
  #polls = 0
  #metadata: { readonly topics: readonly TopicDescription[]; readonly cluster: ClusterDescription } | undefined
  #disks: readonly BrokerDisk[] | undefined
  /** What the screen shows now. */
  interest: Interest = 'groups'

  constructor(options: ClusterWatchOptions) {
    this.#options = options
  }

  /** Reads everything once. Throws what keeps a listing from being read; what cannot be had of single groups and partitions is left open. */
  async poll(signal: AbortSignal): Promise<ClusterPoll> {
    const { reader, elapsedMs } = this.#options
    const metadata = this.#readMetadata(signal)
    // Its error is thrown below, once the groups are read.
    metadata.catch(() => undefined)
    const groups = await this.#readGroups(signal)
    const groupIds = groups.map(({ groupId }) => groupId)
    const committed = groups.length === 0 ? [] : await reader.committedOffsets(groupIds, signal)
    const wanted = groups.map((group, index) => namesOf(group, committed[index]))
    const { topics, cluster } = await metadata
    const partitions = this.#withLeader(watchedPartitions(wanted, topics), topics)
    const timeMs = elapsedMs()
    const ends = await this.#readOffsets(partitions, 'latest', signal)
    if (this.#polls % POLLS_A_LOG_START === 0) this.#starts.take(await this.#readOffsets(partitions, 'earliest', signal))
    this.#polls++
    const polled = groups.map((group, index) => ({ group, partitions: join(wanted[index]!, ends, this.#starts) }))
    return { timeMs, groups: polled, offsets: ends, topics, cluster, disks: this.#disks }
  }

  async #readGroups(signal: AbortSignal): Promise<DescribedGroup[]> {
    const { reader, groupPattern, ignoredGroups = [] } = this.#options
    const listed = (await reader.listGroups(signal)).filter(
      ({ groupId }) => (groupPattern?.test(groupId) ?? true) && !ignoredGroups.some((pattern) => pattern.test(groupId)),
    )
    if (listed.length === 0) return []
    const described = await reader.describeGroups(
      listed.map(({ groupId }) => groupId),
      signal,
    )
    return listed.map((group, index) => described[index] ?? undescribed(group))
  }

  async #readMetadata(signal: AbortSignal) {
    const { reader } = this.#options
    const isDue = this.#metadata === undefined || this.interest !== 'groups' || this.#polls % POLLS_A_METADATA === 0
    if (isDue) {
      const [topics, cluster] = await Promise.all([reader.topics(signal), reader.cluster(signal)])
      this.#metadata = { topics, cluster }
    }
    if (this.interest === 'cluster' && (this.#disks === undefined || this.#polls % POLLS_A_DISK === 0))
      this.#disks = await reader.disks(signal)
    return this.#metadata!
  }

  /** Those that somebody can answer for: asking about the others would keep the whole poll waiting. The next poll looks again whether they have a leader. */
  #withLeader(partitions: readonly PartitionName[], topics: readonly TopicDescription[]): PartitionName[] {
    const known = new Map(topics.map(({ name, partitions: ofTopic }) => [name, ofTopic]))
    return partitions.filter(({ topic, partition }) => {
      const leader = known.get(topic)?.[partition]?.leader ?? NO_LEADER
      if (leader === NO_LEADER) this.#metadata = undefined
      return leader !== NO_LEADER
    })
  }

  async #readOffsets(partitions: readonly PartitionName[], at: OffsetAt, signal: AbortSignal): Promise<OffsetTable> {
    const table = new OffsetTable()
    if (partitions.length === 0) return table
    const offsets = await this.#options.reader.listOffsets(partitions, at, signal)
    partitions.forEach(({ topic, partition }, index) => {
      table.set(topic, partition, offsets[index])
    })
    return table
  }
}

/** Offsets by topic and partition. */
export class OffsetTable {
  #topics = new Map<string, (number | undefined)[]>()

  get(topic: string, partition: number): number | undefined {
    return this.#topics.get(topic)?.[partition]
  }

  set(topic: string, partition: number, offset: number | undefined): void {
    const ofTopic = this.#topics.get(topic)
    if (ofTopic !== undefined) {
      ofTopic[partition] = offset
      return
    }
    const offsets: (number | undefined)[] = []
    offsets[partition] = offset
    this.#topics.set(topic, offsets)
  }

  /** Becomes what the other is. */
  take(other: OffsetTable): void {
    this.#topics = other.#topics
  }
}

function undescribed({ groupId, state, type }: ListedGroup): DescribedGroup {
  return { groupId, state, type, assignor: '', coordinator: undefined, members: [] }
}

/** A partition of a group, and what is committed for it: null for nothing, undefined when that could not be read. */
interface Wanted extends PartitionName {
  readonly committedOffset: number | null | undefined
}

function namesOf({ members }: DescribedGroup, committed: readonly CommittedOffset[] | undefined): Wanted[] {
  const wanted: Wanted[] = (committed ?? []).map(({ topic, partition, offset }) => ({ topic, partition, committedOffset: offset }))
  if (members.length === 0) return wanted.sort(byName)
  const known = new Map<string, Set<number>>()
  for (const { topic, partition } of wanted) known.set(topic, (known.get(topic) ?? new Set()).add(partition))
  const uncommitted = committed === undefined ? undefined : null
  for (const { assignment } of members)
    for (const { topic, partition } of assignment)
      if (known.get(topic)?.has(partition) !== true) wanted.push({ topic, partition, committedOffset: uncommitted })
  return wanted.sort(byName)
}

function byName(left: PartitionName, right: PartitionName): number {
  if (left.topic !== right.topic) return left.topic < right.topic ? -1 : 1
  return left.partition - right.partition
}

/** Each partition once: those of groups, and those of all topics unless they are too many. */
function watchedPartitions(groups: readonly (readonly Wanted[])[], topics: readonly TopicDescription[]): PartitionName[] {
  const seen = new Map<string, Set<number>>()
  const watched: PartitionName[] = []
  const add = (topic: string, partition: number) => {
    let ofTopic = seen.get(topic)
    if (ofTopic === undefined) {
      ofTopic = new Set()
      seen.set(topic, ofTopic)
    }
    if (ofTopic.has(partition)) return
    ofTopic.add(partition)
    watched.push({ topic, partition })
  }
  for (const group of groups) for (const { topic, partition } of group) add(topic, partition)
  const all = topics.reduce((sum, topic) => sum + topic.partitions.length, 0)
  if (all <= MAX_WATCHED_PARTITIONS) for (const topic of topics) for (const { partition } of topic.partitions) add(topic.name, partition)
  return watched
}

function join(wanted: readonly Wanted[], ends: OffsetTable, starts: OffsetTable): PartitionPoll[] {
  return wanted.map(({ topic, partition, committedOffset }) => ({
    topic,
    partition,
    committedOffset,
    endOffset: ends.get(topic, partition),
    logStartOffset: starts.get(topic, partition),
  }))
}
