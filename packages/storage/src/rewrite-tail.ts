import type { LogStorage } from './log-storage.ts'

const CHUNK_BYTES = 1024 * 1024

/**
 * Writes what the segments seem to hold behind the recovery point over itself, so that the next sync really brings it to the
 * disk: after a failed fsync the page cache may count as clean what never got there. Rejects with `DiskError`.
 */
export async function rewriteTail(storage: LogStorage): Promise<void> {
  const { segments, recoveryPoint } = storage
  const first = Math.max(
    0,
    segments.findLastIndex((segment) => segment.baseOffset <= recoveryPoint),
  )
  for (const segment of segments.slice(first)) {
    for (let at = 0; at < segment.sizeBytes; at += CHUNK_BYTES) {
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, segment.sizeBytes - at))
      const filled = await segment.file.read(chunk, at)
      segment.file.writeSync([chunk.subarray(0, filled)], at)
    }
    segment.doubt()
  }
}
