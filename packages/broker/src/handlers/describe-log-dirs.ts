import { type Apis, type DescribedLogDir, type DescribeLogDirsRequest, errorCode } from '@kafka-ts/protocol'
import type { BrokerCore } from '../core.ts'
import type { HostedDirectory } from '../partition/log-directories.ts'
import type { Partition } from '../partition/partition.ts'
import type { Handler } from './handler.ts'

/** Answers whether a partition was asked for. */
type Filter = (topic: string, partition: number) => boolean

/** Tells what each data directory holds. */
export const handleDescribeLogDirs: Handler<Apis['describeLogDirs']> = async ({ core }, request) => ({
  response: { logDirs: await describeLogDirs(core, request.topics) },
})

/** Each data directory with the partitions in it that were asked for; null: with all of them. */
export function describeLogDirs(core: BrokerCore, topics: DescribeLogDirsRequest['topics']): Promise<DescribedLogDir[]> {
  const wanted =
    topics === null ? undefined : new Map(topics.map(({ name, partitions }) => [name, partitions === null ? null : new Set(partitions)]))
  const filter: Filter = (topic, partition) => {
    if (wanted === undefined) return true
    const partitions = wanted.get(topic)
    return partitions !== undefined && (partitions === null || partitions.has(partition))
  }
  return Promise.all(core.directories.all.map((directory) => describe(core, directory, filter)))
}

async function describe(core: BrokerCore, directory: HostedDirectory, filter: Filter): Promise<DescribedLogDir> {
  const { path } = directory
  if (!directory.isOnline) return { errorCode: errorCode('KAFKA_STORAGE_ERROR'), path, topics: [], totalBytes: -1, usableBytes: -1 }
  const topics = new Map<string, Partition[]>()
  for (const partition of core.partitions.all()) {
    if (partition.directory !== directory || !filter(partition.topic, partition.partition)) continue
    const partitions = topics.get(partition.topic)
    if (partitions === undefined) topics.set(partition.topic, [partition])
    else partitions.push(partition)
  }
  return {
    errorCode: errorCode('NONE'),
    path,
    topics: [...topics].map(([name, partitions]) => ({ name, partitions: partitions.map(describePartition) })),
    totalBytes: -1,
    usableBytes: await directory.freeBytes(),
  }
}

function describePartition(partition: Partition): DescribedLogDir['topics'][number]['partitions'][number] {
  const offsetLag = Math.max(0, partition.highWatermark - partition.logEndOffset)
  return { partition: partition.partition, size: partition.sizeBytes, offsetLag, isFuture: false }
}
