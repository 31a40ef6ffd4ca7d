/** In which partition of `__consumer_offsets` the records of a group lie: Java's hash of the id, as in Kafka. */
export function shardOfGroup(groupId: string, partitions: number): number {
  let hash = 0
  for (let index = 0; index < groupId.length; index++) hash = (Math.imul(31, hash) + groupId.charCodeAt(index)) | 0
  // Java's least int has no absolute value; Kafka takes 0 for it.
  return hash === -(2 ** 31) ? 0 : Math.abs(hash) % partitions
}
