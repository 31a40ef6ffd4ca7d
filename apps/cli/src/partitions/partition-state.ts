import type { PartitionDescription } from '@kafka-ts/client'

/** Whether a partition has fewer in-sync replicas than replicas. */
export function isUnderReplicated(partition: PartitionDescription): boolean {
  return partition.isr.length < partition.replicas.length
}

/** Whether nobody leads a partition. */
export function isLeaderless(partition: PartitionDescription): boolean {
  return partition.leader < 0
}

/** Whether writes with acks=all are refused. */
export function isUnderMinIsr(partition: PartitionDescription, minIsr: number | undefined): boolean {
  return minIsr !== undefined && partition.isr.length < minIsr
}

/** Whether another broker leads than the first of its replicas. */
export function isNotPreferred(partition: PartitionDescription): boolean {
  return !isLeaderless(partition) && partition.leader !== partition.replicas[0]
}

/** What is wrong with a partition, the worst of it; null when nothing is. */
export function problemOf(partition: PartitionDescription, minIsr?: number): string | null {
  if (isLeaderless(partition)) return partition.offlineReason === null ? 'no leader' : `offline: ${partition.offlineReason}`
  if (isUnderMinIsr(partition, minIsr)) return 'below min.insync.replicas'
  return isUnderReplicated(partition) ? 'under-replicated' : null
}
