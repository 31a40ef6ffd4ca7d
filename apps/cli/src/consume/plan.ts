import type { Assignment, ConsumerOptions, OffsetSpec, StartPosition, TopicPartition, TopicPartitionOffset } from '@kafka-ts/client'
import { notFoundError } from '../errors/cli-error.ts'
import type { Session } from '../session.ts'
import type { FromPosition, ToPosition } from './positions.ts'

/** What is to be read. */
export interface ReadRange {
  readonly topics: readonly string[]
  /** Only these partitions of each topic. */
  readonly partitions: readonly number[] | undefined
  readonly from: FromPosition
  readonly to: ToPosition | undefined
}

/** The range as options of a consumer. Topics are looked up first: consuming must not create one that was misspelt. */
export async function planConsumer(session: Session, range: ReadRange): Promise<ConsumerOptions<string>> {
  const existing = await partitionsOf(session, range.topics)
  const wanted = range.partitions === undefined ? existing : choose(existing, range)
  const until = range.to === undefined ? {} : { until: await untilOf(session, wanted, range.to) }
  if (range.partitions === undefined && !(typeof range.from === 'object' && 'last' in range.from))
    return { topics: range.topics, from: range.from as StartPosition, ...onOutOfRange(range.from), ...until }
  return { assignments: await assignmentsOf(session, wanted, range.from), ...onOutOfRange(range.from), ...until }
}

/** The wish for an offset that is not there is a mistake; the last records, and those of a time, are wherever they are now. */
function onOutOfRange(from: FromPosition): Pick<ConsumerOptions<string>, 'onOffsetOutOfRange'> {
  if (from === 'earliest' || from === 'latest') return {}
  return { onOffsetOutOfRange: 'offset' in from ? 'error' : 'earliest' }
}

async function partitionsOf(session: Session, topics: readonly string[]): Promise<TopicPartition[]> {
  const what = (topic: string) => `consume topic ${topic}`
  const outcomes = await session.admin(what(topics.join(', ')), (admin, options) => admin.describeTopics(topics, options))
  return outcomes.flatMap((outcome) => {
    if (outcome.error !== undefined) throw session.explain(outcome.error, what(outcome.topic))
    return outcome.description.partitions.map(({ partition }) => ({ topic: outcome.topic, partition }))
  })
}

function choose(existing: readonly TopicPartition[], range: ReadRange): TopicPartition[] {
  return range.topics.flatMap((topic) =>
    (range.partitions ?? []).map((partition) => {
      if (!existing.some((candidate) => candidate.topic === topic && candidate.partition === partition))
        throw notFoundError(`Topic ${topic} has no partition ${partition}.`, `kafka-ts topics describe ${topic}`)
      return { topic, partition }
    }),
  )
}

async function assignmentsOf(session: Session, partitions: readonly TopicPartition[], from: FromPosition): Promise<Assignment<string>[]> {
  if (!(typeof from === 'object' && 'last' in from)) return partitions.map((partition) => ({ ...partition, from }))
  const starts = await offsetsAt(session, partitions, 'earliest')
  const ends = await offsetsAt(session, partitions, 'latest')
  return partitions.map((partition, index) => ({
    ...partition,
    from: { offset: Math.max(starts[index]!, ends[index]! - from.last) },
  }))
}

async function untilOf(session: Session, partitions: readonly TopicPartition[], to: ToPosition): Promise<'end' | TopicPartitionOffset[]> {
  if (to === 'end') return 'end'
  if ('offset' in to) return partitions.map((partition) => ({ ...partition, offset: to.offset }))
  const offsets = await offsetsAt(session, partitions, to)
  const ends = await offsetsAt(session, partitions, 'latest')
  return partitions.map((partition, index) => ({ ...partition, offset: offsets[index]! < 0 ? ends[index]! : offsets[index]! }))
}

async function offsetsAt(session: Session, partitions: readonly TopicPartition[], at: OffsetSpec): Promise<number[]> {
  const queries = partitions.map((partition) => ({ ...partition, at }))
  const outcomes = await session.admin('read the offsets', (admin, options) => admin.listOffsets(queries, options))
  return outcomes.map((outcome) => {
    if (outcome.error !== undefined) throw session.explain(outcome.error, `read the offset of ${outcome.topic}/${outcome.partition}`)
    return outcome.offset
  })
}
