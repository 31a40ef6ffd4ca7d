import { Buffer } from 'node:buffer'

/** Each part as many times as it says: bytes with runs and repetitions near and far. */
export function joinPieces(pieces: readonly (readonly [Uint8Array, number])[]): Buffer {
  return Buffer.concat(pieces.flatMap(([part, times]) => Array.from({ length: times }, () => part)))
}
