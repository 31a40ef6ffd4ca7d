import type { Compression } from '../compression.ts'
import { NodeCompression } from '../node/compression.ts'

/** The real compressors, always on the loop: the thread pool's timing would show in the order of completion. */
export function simulatedCompression(): Compression {
  return new NodeCompression({ inlineInputBytes: Number.POSITIVE_INFINITY })
}
