/**
 * The one door through which bytes of records are copied in user space, so that a test can count what becomes of a record between its sender and
 * its reader. What the system copies (sockets, files) and the making of a reader's keys and values are not copies in this sense.
 */

/**
 * Where a record's bytes are copied.
 *
 * | place | what |
 * |---|---|
 * | `encode` | a record into its place in the open batch of the producer |
 * | `move` | a record whose length took more bytes than expected |
 * | `grow` | the open batch into a larger buffer; a buffer that has grown is used again |
 * | `compress` | compressed records behind the header of their batch |
 * | `frame` | chunks of a socket into the buffer of one frame |
 * | `first bytes` | what a connection opens with, where that does not arrive in one chunk |
 * | `journal` | small batches side by side, for the journal |
 * | `answer` | small batches into an answer on Kafka's door |
 */
export type CopyPlace = 'encode' | 'move' | 'grow' | 'compress' | 'frame' | 'first bytes' | 'journal' | 'answer'

let counts: Map<CopyPlace, number> | undefined

/** Copies `source` to `at` of `target`. Positional: it is on the hot path. */
export function copyBytes(place: CopyPlace, target: Uint8Array, at: number, source: Uint8Array): void {
  if (counts !== undefined) noteCopy(place, source.length)
  target.set(source, at)
}

/** Counts a copy that was made otherwise: the encoding of strings, a move within a buffer. */
export function noteCopy(place: CopyPlace, bytes: number): void {
  if (counts !== undefined) counts.set(place, (counts.get(place) ?? 0) + bytes)
}

/** All of `parts`, one after the other, in a new buffer. */
export function joinBytes(place: CopyPlace, parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0))
  let at = 0
  for (const part of parts) {
    copyBytes(place, joined, at, part)
    at += part.length
  }
  return joined
}

/** Runs `body` and tells how many bytes it copied at each place. One at a time; for tests. */
export async function countingCopies(body: () => Promise<void>): Promise<ReadonlyMap<CopyPlace, number>> {
  const counted = new Map<CopyPlace, number>()
  counts = counted
  try {
    await body()
  } finally {
    counts = undefined
  }
  return counted
}
