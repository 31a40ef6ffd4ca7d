import type {
  ConsumerOptions,
  GroupConsumer,
  GroupConsumerOptions,
  GroupStart,
  TopicPartition,
  TopicPartitionOffset,
} from '@kafka-ts/client'
import { usageError } from '../errors/cli-error.ts'
import { keyOf, offsetsAt } from '../groups/read-groups.ts'
import type { Session } from '../session.ts'
import { describeNamed } from '../topics/read-topics.ts'
import type { RecordSource } from './consume.ts'
import type { FromPosition, ToPosition } from './positions.ts'

const COMMIT_EVERY_MS = 5_000
const LOOK_EVERY_MS = 100
/** A member that has joined and was given nothing for so long has nothing to read. */
const EMPTY_HANDED_MS = 5_000

/** How to read as a member of a group. */
export interface GroupRead {
  readonly group: string
  readonly topics: readonly string[]
  /** Where partitions begin of which the group has committed nothing. */
  readonly from: FromPosition
  readonly to: ToPosition | undefined
  /** Commit what was written; without it the group stays where it is. */
  readonly isCommitting: boolean
}

/** A member of a group that reads for `consume`: it commits what was written, never what was only fetched. */
export class GroupReader {
  readonly #session: Session
  readonly #read: GroupRead
  readonly #consumer: GroupConsumer<string>
  /** Offsets after what was written, not committed yet. */
  readonly #written = new Map<string, TopicPartitionOffset>()
  #committedMs: number
  #joinedMs: number | undefined

  static async join(session: Session, read: GroupRead): Promise<GroupReader> {
    await describeNamed(session, read.topics)
    const kafka = await session.kafka()
    return new GroupReader(session, read, (options) => kafka.consumer(options))
  }

  private constructor(session: Session, read: GroupRead, open: (options: GroupConsumerOptions<string>) => GroupConsumer<string>) {
    this.#session = session
    this.#read = read
    this.#committedMs = session.doors.now()
    this.#consumer = open({
      ...(session.options('consumer') as Partial<ConsumerOptions<string>>),
      group: read.group,
      topics: read.topics,
      from: groupStart(read.from),
      commit: 'manual',
      onRevoked: (partitions) => this.#commit(partitions),
      onLost: (partitions) => {
        for (const partition of partitions) this.#written.delete(keyOf(partition))
      },
    })
    this.#consumer.on('joined', () => {
      this.#joinedMs ??= session.doors.now()
    })
  }

  /** What `consume` reads from. */
  get source(): RecordSource {
    const consumer = this.#consumer
    return { batches: () => consumer.batches(), stop: () => consumer.stop() }
  }

  /** Told after the records before `next` are out. */
  async written(next: TopicPartitionOffset): Promise<void> {
    if (!this.#read.isCommitting) return
    this.#written.set(keyOf(next), next)
    if (this.#session.doors.now() - this.#committedMs >= COMMIT_EVERY_MS) await this.#commit()
  }

  /** Resolves once every partition this member has is where the topics ended when it was called, or the signal is aborted. */
  async whenAtEnd(signal: AbortSignal): Promise<void> {
    const topics = await describeNamed(this.#session, this.#read.topics)
    const partitions = topics.flatMap((topic) => topic.partitions.map(({ partition }) => ({ topic: topic.name, partition })))
    const ends = await offsetsAt(this.#session, partitions, 'latest')
    while (!signal.aborted && !this.#isAtEnd(ends)) await this.#session.doors.sleep(LOOK_EVERY_MS, signal)
  }

  /** Commits what was written, and leaves the group. */
  async leave(): Promise<void> {
    try {
      await this.#commit()
    } finally {
      await this.#consumer.close()
    }
  }

  #isAtEnd(ends: ReadonlyMap<string, number>): boolean {
    const own = this.#consumer.assignments()
    if (own.length === 0) return this.#joinedMs !== undefined && this.#session.doors.now() - this.#joinedMs >= EMPTY_HANDED_MS
    return own.every((partition) => {
      const position = this.#consumer.position(partition)
      return position !== undefined && position >= (ends.get(keyOf(partition)) ?? 0)
    })
  }

  async #commit(partitions?: readonly TopicPartition[]): Promise<void> {
    const chosen = partitions === undefined ? undefined : new Set(partitions.map(keyOf))
    const offsets = [...this.#written].filter(([key]) => chosen?.has(key) !== false)
    this.#committedMs = this.#session.doors.now()
    if (offsets.length === 0) return
    await this.#consumer.commit(offsets.map(([, offset]) => offset))
    for (const [key, offset] of offsets) if (this.#written.get(key) === offset) this.#written.delete(key)
  }
}

/** A group begins at places of the log; an offset would mean another record in each partition. */
function groupStart(from: FromPosition): GroupStart {
  if (typeof from === 'string' || 'timestamp' in from) return from
  throw usageError('--from: with --group it is start, end or @TIME: where partitions begin of which the group has committed nothing.')
}
