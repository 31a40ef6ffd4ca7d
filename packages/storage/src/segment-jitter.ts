import { Buffer } from 'node:buffer'
import { crc32c } from '@kafka-ts/protocol/records'
import type { LogConfig } from './log-config.ts'
import type { TopicPartitionId } from './topic-partition-id.ts'

const CRC_VALUES = 2 ** 32
const PARTITION_BYTES = 4
const OFFSET_BYTES = 8

/**
 * How far apart in time the first and the last record of a segment may lie: `segment.ms`, less a share of `segment.jitter.ms`, so that logs that were begun
 * together are not all rolled together. Kafka draws the share anew at each start (`LogConfig.randomSegmentJitter`); here it follows from what names the segment.
 */
export function rollAfterMs(config: Pick<LogConfig, 'segmentMs' | 'segmentJitterMs'>, id: TopicPartitionId, baseOffset: number): number {
  const { segmentMs, segmentJitterMs } = config
  if (segmentJitterMs === 0) return segmentMs
  const name = Buffer.alloc(id.topicId.length + PARTITION_BYTES + OFFSET_BYTES)
  name.set(id.topicId)
  name.writeInt32BE(id.partition, id.topicId.length)
  name.writeDoubleBE(baseOffset, id.topicId.length + PARTITION_BYTES)
  const share = crc32c(name, 0, name.length) / CRC_VALUES
  return segmentMs - Math.floor(share * Math.min(segmentJitterMs, segmentMs))
}
