import type { TopicPartition } from '@kafka-ts/client'
import { CliError, notFoundError } from '../errors/cli-error.ts'
import { EXIT } from '../errors/exit-codes.ts'
import type { Listing } from '../output/listing.ts'
import { flag, int64, integer, nullable, object, type ShapeOf, text } from '../output/shape.ts'
import type { Session } from '../session.ts'
import { readOffsetFile } from './offset-file.ts'
import { isInScope, type PartitionScope } from './partition-scope.ts'
import { keyOf, offsetsAt, onlyLed } from './read-groups.ts'
import type { ResetTarget } from './reset-target.ts'

const shape = object({
  groupId: text(),
  topic: text(),
  partition: integer(),
  currentOffset: nullable(int64('null: nothing is committed')),
  newOffset: int64(),
  delta: nullable(int64('records that are skipped, or below 0 read again; null: nothing is committed')),
  note: nullable(text()),
  isDryRun: flag(),
})
/** What a reset does to one partition. */
export type ResetItem = ShapeOf<typeof shape>

/** The plan of a reset, and what became of it. */
export const resetListing: Listing<ResetItem> = {
  kind: 'GroupResetList',
  item: shape,
  name: (item) => `${item.topic}/${item.partition}`,
  columns: [
    { header: 'GROUP', value: (item) => item.groupId, isWide: true },
    { header: 'TOPIC', value: (item) => item.topic, isName: true },
    { header: 'P', value: (item) => item.partition },
    { header: 'NOW', value: (item) => item.currentOffset, number: 'count' },
    { header: 'NEW', value: (item) => item.newOffset, number: 'count' },
    { header: 'DELTA', value: (item) => item.delta, number: 'count' },
    { header: 'NOTE', value: (item) => item.note },
  ],
}

/** What a reset is to do. */
export interface ResetWish {
  readonly groupId: string
  readonly target: ResetTarget
  /** undefined: all topics that the group has committed, or the file names. */
  readonly scopes: readonly PartitionScope[] | undefined
  /** Topics that the group has committed nothing of may be in the scope, and the group itself may be new. */
  readonly allowsNew: boolean
  readonly isDryRun: boolean
}

/** What a reset does, and what it leaves alone. */
export interface ResetPlan {
  readonly items: readonly ResetItem[]
  readonly warnings: readonly string[]
}

/** Works out what would be done, and refuses what cannot be: a group that is missing, or has members. */
export async function planReset(session: Session, wish: ResetWish): Promise<ResetPlan> {
  const { groupId, target } = wish
  const { committed, members } = await readGroup(session, wish)
  const fileOffsets = target.kind === 'file' ? await readOffsetFile(target.path, session.doors) : undefined
  const partitions = await choosePartitions(session, wish, { committed, named: fileOffsets ?? [] })
  const led = new Set((await onlyLed(session, partitions)).map(keyOf))
  for (const partition of partitions) if (!led.has(keyOf(partition))) throw unreadable(partition)
  const [starts, ends] = await Promise.all([offsetsAt(session, partitions, 'earliest'), offsetsAt(session, partitions, 'latest')])
  for (const partition of partitions) if (!starts.has(keyOf(partition)) || !ends.has(keyOf(partition))) throw unreadable(partition)
  const wanted = fileOffsets === undefined ? await targetOffsets(session, partitions, { target, committed }) : byKey(fileOffsets)
  const items = partitions
    .filter((partition) => wanted.has(keyOf(partition)))
    .map((partition): ResetItem => {
      const key = keyOf(partition)
      const [start, end, offset] = [starts.get(key)!, ends.get(key)!, wanted.get(key)!]
      const newOffset = Math.min(Math.max(offset, start), end)
      const currentOffset = committed.get(key) ?? null
      const delta = currentOffset === null ? null : newOffset - currentOffset
      return {
        groupId,
        ...partition,
        currentOffset,
        newOffset,
        delta,
        note: noteOf(target, { offset, start, end }),
        isDryRun: wish.isDryRun,
      }
    })
  if (items.length === 0)
    throw notFoundError(`There is no partition of group ${groupId} whose offset could be set so.`, `kafka-ts groups describe ${groupId}`)
  const busy =
    members === 0
      ? []
      : [`the group has ${members === 1 ? 'an active member' : `${members} active members`}: stop the consumers before it is reset`]
  return { items, warnings: [...busy, ...left(partitions, wanted, target)] }
}

function left(partitions: readonly TopicPartition[], wanted: ReadonlyMap<string, number>, target: ResetTarget): string[] {
  const isLeft = (partition: TopicPartition) => !wanted.has(keyOf(partition))
  return partitions.filter(isLeft).map((partition) => `${keyOf(partition)} stays as it is: ${whyLeft(target)}`)
}

function whyLeft(target: ResetTarget): string {
  return target.kind === 'group' ? `group ${target.groupId} has committed nothing there` : 'nothing is committed there'
}

/** Half a reset would be worse than none. */
function unreadable(partition: TopicPartition): CliError {
  return new CliError(`The offsets of ${keyOf(partition)} cannot be read now. Nothing was changed.`, {
    code: 'LEADER_NOT_AVAILABLE',
    exit: EXIT.unreachable,
    retriable: true,
    suggestions: [`kafka-ts partitions list --topic ${partition.topic}`],
  })
}

function noteOf(
  target: ResetTarget,
  { offset, start, end }: { readonly offset: number; readonly start: number; readonly end: number },
): string | null {
  if (target.kind === 'time' && offset >= end) return 'the end: no record is so late'
  if (offset < start) return 'moved to the start: earlier records are deleted'
  return offset > end ? 'moved to the end: there is no such record yet' : null
}

/** What the group has committed. A group that has members is not reset: they would go on from where they are, and commit that. */
async function readGroup(session: Session, { groupId, allowsNew, isDryRun }: ResetWish) {
  const what = `reset the offsets of group ${groupId}`
  const [outcome] = await session.admin(what, (admin, options) => admin.describeGroups([groupId], options))
  const isMissing = outcome?.error?.code === 'GROUP_ID_NOT_FOUND'
  if (outcome?.error !== undefined && !(isMissing && allowsNew)) throw session.explain(outcome.error, what)
  const members = outcome?.description?.members ?? []
  if (members.length > 0 && !isDryRun) throw nonEmpty(groupId, members.length)
  const [fetched] = await session.admin(what, (admin, options) => admin.fetchGroupOffsets([groupId], options))
  if (fetched?.error !== undefined && !isMissing) throw session.explain(fetched.error, what)
  return { committed: byKey(fetched?.offsets ?? []), members: members.length }
}

/** A group that must have no members has some. */
function nonEmpty(groupId: string, members: number): CliError {
  const count = members === 1 ? 'an active member' : `${members} active members`
  return new CliError(`Cannot reset the offsets of group ${groupId}: it still has ${count}.`, {
    code: 'NON_EMPTY_GROUP',
    exit: EXIT.conflict,
    suggestions: ['stop the consumers, then run the command again', `kafka-ts groups describe ${groupId} --members`],
  })
}

interface PartitionSources {
  readonly committed: ReadonlyMap<string, number>
  /** Partitions that the file names. */
  readonly named: readonly TopicPartition[]
}

async function choosePartitions(session: Session, wish: ResetWish, { committed, named }: PartitionSources): Promise<TopicPartition[]> {
  const { scopes, groupId, allowsNew } = wish
  const known = [...committed.keys()].map(splitKey)
  if (named.length > 0) {
    const chosen = scopes === undefined ? named : named.filter((partition) => isInScope(partition, scopes))
    return chosen.map(({ topic, partition }) => ({ topic, partition })).sort(byName)
  }
  if (scopes === undefined) {
    if (known.length === 0) throw notFoundError(`Group ${groupId} has committed nothing.`, 'name a topic: --topic NAME --allow-new-topics')
    return known.sort(byName)
  }
  const chosen = await Promise.all(scopes.map((scope) => partitionsOf(session, scope)))
  for (const { topic } of scopes)
    if (!allowsNew && !known.some((partition) => partition.topic === topic))
      throw notFoundError(
        `Group ${groupId} has committed nothing of topic ${topic}.`,
        'add --allow-new-topics to set its offsets all the same',
      )
  return [...new Map(chosen.flat().map((partition) => [keyOf(partition), partition])).values()].sort(byName)
}

async function partitionsOf(session: Session, { topic, partitions }: PartitionScope): Promise<TopicPartition[]> {
  const description = await session.admin(`describe topic ${topic}`, (admin, options) => admin.describeTopic(topic, options))
  const existing = description.partitions.map(({ partition }) => partition)
  const missing = partitions?.find((partition) => !existing.includes(partition))
  if (missing !== undefined) throw notFoundError(`Topic ${topic} has no partition ${missing}.`, `kafka-ts topics describe ${topic}`)
  return (partitions ?? existing).map((partition) => ({ topic, partition }))
}

interface TargetSources {
  readonly target: ResetTarget
  readonly committed: ReadonlyMap<string, number>
}

/** Where each partition is to go, before it is fitted into its log. A partition left out stays as it is. */
async function targetOffsets(
  session: Session,
  partitions: readonly TopicPartition[],
  { target, committed }: TargetSources,
): Promise<Map<string, number>> {
  switch (target.kind) {
    case 'earliest':
    case 'latest':
      return offsetsAt(session, partitions, target.kind)
    case 'offset':
      return new Map(partitions.map((partition) => [keyOf(partition), target.offset]))
    case 'time': {
      const [found, ends] = await Promise.all([
        offsetsAt(session, partitions, { timestamp: target.timestamp }),
        offsetsAt(session, partitions, 'latest'),
      ])
      // No record is so late: then the next one that comes is the first.
      return new Map([...found].map(([key, offset]) => [key, offset < 0 ? (ends.get(key) ?? 0) : offset]))
    }
    case 'shift':
      return new Map([...committed].map(([key, offset]) => [key, offset + target.by]))
    case 'current':
      return new Map(committed)
    case 'group':
      return committedBy(session, target.groupId)
    case 'file':
      throw new TypeError('the offsets of a file are read before')
  }
}

async function committedBy(session: Session, groupId: string): Promise<Map<string, number>> {
  const what = `read the offsets of group ${groupId}`
  const [described] = await session.admin(what, (admin, options) => admin.describeGroups([groupId], options))
  if (described?.error !== undefined) throw session.explain(described.error, what)
  const [fetched] = await session.admin(what, (admin, options) => admin.fetchGroupOffsets([groupId], options))
  if (fetched?.error !== undefined) throw session.explain(fetched.error, what)
  return byKey(fetched?.offsets ?? [])
}

function byKey(offsets: readonly (TopicPartition & { readonly offset: number })[]): Map<string, number> {
  return new Map(offsets.map((offset) => [keyOf(offset), offset.offset]))
}

function splitKey(key: string): TopicPartition {
  const at = key.lastIndexOf('/')
  return { topic: key.slice(0, at), partition: Number(key.slice(at + 1)) }
}

function byName(left: TopicPartition, right: TopicPartition): number {
  return left.topic === right.topic ? left.partition - right.partition : left.topic < right.topic ? -1 : 1
}
