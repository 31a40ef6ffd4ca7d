/** Kafka writes "no topic id" as zeros. */
export function idOrNull(topicId: Uint8Array): Uint8Array | null {
  return topicId.some((byte) => byte !== 0) ? topicId : null
}
