import type { ConfigEntry, LogDirDescription, TopicDescription } from '@kafka-ts/client'
import type { Listing } from '../output/listing.ts'
import { decimal, flag, int64, integer, nullable, object, optional, type ShapeOf, text, textMap } from '../output/shape.ts'
import type { Column } from '../output/table.ts'
import { isLeaderless, isUnderReplicated } from '../partitions/partition-state.ts'

const shape = object({
  name: text(),
  topicId: text(),
  partitions: integer('how many'),
  replicationFactor: integer(),
  underReplicated: integer('partitions with fewer in-sync replicas than replicas'),
  leaderless: integer('partitions without a leader'),
  isInternal: flag(),
  cleanupPolicy: nullable(text('null: the topic was deleted meanwhile')),
  sizeBytes: optional(int64('of all replicas on disk; with --sizes')),
  recordsPerSecond: optional(decimal('written; with --rates')),
  overrides: optional(textMap('configs set on the topic; with --overrides')),
})

/** A topic in a list. */
export type TopicItem = ShapeOf<typeof shape>

/** What else a list shows when asked. */
export interface TopicExtras {
  readonly cleanupPolicy?: string | undefined
  readonly sizeBytes?: number | undefined
  readonly recordsPerSecond?: number | undefined
  readonly overrides?: Readonly<Record<string, string>> | undefined
}

/** A description as an item of a list. */
export function topicItem(topic: TopicDescription, extras: TopicExtras = {}): TopicItem {
  return {
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitions.length,
    replicationFactor: topic.partitions[0]?.replicas.length ?? 0,
    underReplicated: topic.partitions.filter(isUnderReplicated).length,
    leaderless: topic.partitions.filter(isLeaderless).length,
    isInternal: topic.isInternal,
    cleanupPolicy: extras.cleanupPolicy ?? null,
    sizeBytes: extras.sizeBytes,
    recordsPerSecond: extras.recordsPerSecond,
    overrides: extras.overrides,
  }
}

/** `ok`, or what is wrong with the replicas of a topic. */
function replicaState(item: TopicItem): string {
  if (item.leaderless > 0) return `! ${item.leaderless} no leader`
  return item.underReplicated > 0 ? `! ${item.underReplicated} under` : 'ok'
}

/** What a list shows besides the topics themselves. */
export interface TopicColumns {
  readonly hasSizes: boolean
  readonly hasRates: boolean
  readonly hasOverrides: boolean
}

/** The list of topics; columns that were not asked for are left out. */
export function topicListing({ hasSizes, hasRates, hasOverrides }: TopicColumns): Listing<TopicItem> {
  const asked = (isAsked: boolean, column: Column<TopicItem>): Column<TopicItem>[] => (isAsked ? [column] : [])
  return {
    kind: 'TopicList',
    item: shape,
    name: (item) => item.name,
    columns: [
      { header: 'NAME', value: (item) => item.name, isName: true },
      { header: 'PARTS', value: (item) => item.partitions },
      { header: 'RF', value: (item) => item.replicationFactor },
      { header: 'ISR', value: replicaState },
      ...asked(hasSizes, { header: 'SIZE', value: (item) => item.sizeBytes, number: 'bytes' }),
      ...asked(hasRates, { header: 'MSG/S', value: (item) => item.recordsPerSecond, number: 'rate' }),
      { header: 'CLEANUP', value: (item) => item.cleanupPolicy },
      ...asked(hasOverrides, { header: 'OVERRIDES', value: (item) => drawOverrides(item.overrides) }),
      { header: 'ID', value: (item) => item.topicId, isWide: true },
      { header: 'INTERNAL', value: (item) => item.isInternal, isWide: true },
    ],
  }
}

function drawOverrides(overrides: Readonly<Record<string, string>> | undefined): string | undefined {
  if (overrides === undefined) return undefined
  return Object.entries(overrides)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

/** Bytes on disk by topic, over all log directories that could be read. */
export function sizesByTopic(logDirs: readonly LogDirDescription[]): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const { replicas } of logDirs)
    for (const replica of replicas) sizes.set(replica.topic, (sizes.get(replica.topic) ?? 0) + replica.sizeBytes)
  return sizes
}

/** The configs that were set on a topic itself. */
export function overridesOf(configs: readonly ConfigEntry[]): Record<string, string> {
  return Object.fromEntries(configs.filter((entry) => entry.source === 'dynamic-topic').map((entry) => [entry.name, entry.value ?? '']))
}
