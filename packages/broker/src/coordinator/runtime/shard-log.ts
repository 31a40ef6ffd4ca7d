import type { AppendTarget, PartitionRead } from '../../partition/partition.ts'

/** What a shard uses of the partition that keeps its records; a `Partition` is one. */
export interface ShardLog {
  /** -1 when it cannot be used. */
  readonly logStartOffset: number
  /** Everything below it is committed. */
  readonly highWatermark: number
  append(records: Uint8Array, target: AppendTarget): void
  read(options: {
    readonly offset: number
    readonly maxBytes: number
    readonly atLeastOne: boolean
  }): PartitionRead | Promise<PartitionRead>
}
