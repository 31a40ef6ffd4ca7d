import type { ConfigEntry, LogDirDescription, TopicDescription } from '@kafka-ts/client'
import { configShape, drawConfigs } from '../configs/described-configs.ts'
import type { Listing } from '../output/listing.ts'
import { flag, int64, integer, list, nullable, object, optional, type ShapeOf, text } from '../output/shape.ts'
import { type Cell, type Column, renderTable, type TableStyle } from '../output/table.ts'
import { isLeaderless, problemOf } from '../partitions/partition-state.ts'

const partitionShape = object({
  partition: integer(),
  leader: nullable(integer('broker id; null while nobody leads')),
  leaderEpoch: integer(),
  replicas: list(integer()),
  isr: list(integer()),
  startOffset: optional(nullable(int64('null when it could not be read'))),
  endOffset: optional(nullable(int64('null when it could not be read'))),
  sizeBytes: optional(nullable(int64('of one replica; null when it could not be read'))),
  problem: nullable(text()),
})

const shape = object({
  name: text(),
  topicId: text(),
  isInternal: flag(),
  partitionCount: integer(),
  replicationFactor: integer(),
  configs: optional(list(configShape)),
  partitions: optional(list(partitionShape)),
})

/** A topic with its partitions and configs. */
export type TopicDetails = ShapeOf<typeof shape>
/** A partition of it. */
export type PartitionDetails = ShapeOf<typeof partitionShape>

/** What is read besides the description itself; undefined where it was not asked for. */
export interface TopicReadings {
  readonly offsets: ReadonlyMap<string, { readonly startOffset: number | null; readonly endOffset: number | null }> | undefined
  readonly logDirs: readonly LogDirDescription[] | undefined
  readonly configs: readonly ConfigEntry[] | undefined
  /** `min.insync.replicas` by topic. */
  readonly minIsr: ReadonlyMap<string, number> | undefined
  readonly hasPartitions: boolean
  readonly onlyProblems: boolean
}

/** Names a partition within one answer. */
export function partitionKey(topic: string, partition: number): string {
  return `${topic}/${partition}`
}

/** A description and what was read with it. */
export function topicDetails(topic: TopicDescription, readings: TopicReadings): TopicDetails {
  const partitions = topic.partitions.map((partition): PartitionDetails => {
    const offsets = readings.offsets?.get(partitionKey(topic.name, partition.partition))
    return {
      partition: partition.partition,
      leader: isLeaderless(partition) ? null : partition.leader,
      leaderEpoch: partition.leaderEpoch,
      replicas: partition.replicas,
      isr: partition.isr,
      startOffset: readings.offsets === undefined ? undefined : (offsets?.startOffset ?? null),
      endOffset: readings.offsets === undefined ? undefined : (offsets?.endOffset ?? null),
      sizeBytes: readings.logDirs === undefined ? undefined : sizeOf(readings.logDirs, topic.name, partition.partition),
      problem: problemOf(partition, readings.minIsr?.get(topic.name)),
    }
  })
  return {
    name: topic.name,
    topicId: topic.topicId,
    isInternal: topic.isInternal,
    partitionCount: topic.partitions.length,
    replicationFactor: topic.partitions[0]?.replicas.length ?? 0,
    configs: readings.configs,
    partitions: readings.hasPartitions ? partitions.filter((partition) => !readings.onlyProblems || partition.problem !== null) : undefined,
  }
}

function sizeOf(logDirs: readonly LogDirDescription[], topic: string, partition: number): number | null {
  const sizes = logDirs.flatMap(({ replicas }) => replicas.filter((replica) => replica.topic === topic && replica.partition === partition))
  return sizes.length === 0 ? null : Math.max(...sizes.map((replica) => replica.sizeBytes))
}

/** A reading that failed is not known, which is not the same as nothing. */
function known(value: number | null | undefined): Cell {
  return value ?? undefined
}

function partitionColumns(hasOffsets: boolean): Column<PartitionDetails>[] {
  return [
    { header: 'PART', value: (item) => item.partition },
    { header: 'LEADER', value: (item) => item.leader ?? 'none' },
    { header: 'EPOCH', value: (item) => item.leaderEpoch },
    { header: 'REPLICAS', value: (item) => item.replicas.join(',') },
    { header: 'ISR', value: (item) => item.isr.join(',') },
    ...(hasOffsets
      ? [
          { header: 'START', value: (item: PartitionDetails) => known(item.startOffset), number: 'count' as const },
          { header: 'END', value: (item: PartitionDetails) => known(item.endOffset), number: 'count' as const },
          { header: 'SIZE', value: (item: PartitionDetails) => known(item.sizeBytes), number: 'bytes' as const },
        ]
      : []),
  ]
}

/** The description of topics: a block for each, of its name, its configs and its partitions. */
export const topicDetailsListing: Listing<TopicDetails> = {
  kind: 'TopicDescriptionList',
  item: shape,
  name: (item) => item.name,
  columns: [
    { header: 'NAME', value: (item) => item.name, isName: true },
    { header: 'ID', value: (item) => item.topicId },
    { header: 'PARTITIONS', value: (item) => item.partitionCount },
    { header: 'RF', value: (item) => item.replicationFactor },
  ],
  draw: (items, style) => items.map((item) => drawDetails(item, style)).join('\n'),
}

function drawDetails(item: TopicDetails, style: TableStyle): string {
  const lines = [`NAME ${item.name}   ID ${item.topicId}   PARTITIONS ${item.partitionCount}   RF ${item.replicationFactor}\n`]
  if (item.configs !== undefined) lines.push(...drawConfigs(item.configs))
  if (item.partitions !== undefined) {
    const hasOffsets = item.partitions.some((partition) => partition.endOffset !== undefined)
    const hasProblems = item.partitions.some((partition) => partition.problem !== null)
    const problem: Column<PartitionDetails> = {
      header: 'PROBLEM',
      value: (partition) => (partition.problem === null ? null : `! ${partition.problem}`),
    }
    lines.push(renderTable([...partitionColumns(hasOffsets), ...(hasProblems ? [problem] : [])], item.partitions, style))
  }
  return lines.join('')
}
