/** The byte moves that the snappy and lz4 blocks share. */

/** A shorter copy is a loop, a longer one a call (measured). */
const LOOP_UP_TO_BYTES = 32

/** Four bytes, little-endian, as an int32. */
export function readWord(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

/** Copies bytes between two arrays. Positional because it is the innermost loop. */
export function copyLiteral(input: Uint8Array, from: number, output: Uint8Array, to: number, length: number): void {
  if (length > LOOP_UP_TO_BYTES) output.set(input.subarray(from, from + length), to)
  else for (let index = 0; index < length; index++) output[to + index] = input[from + index]!
}

/** Repeats what lies `distance` before `at`; where the two overlap, bytes just written are copied again. */
export function copyMatch(output: Uint8Array, at: number, distance: number, length: number): void {
  const from = at - distance
  if (length > LOOP_UP_TO_BYTES && distance >= length) output.copyWithin(at, from, from + length)
  else if (length > LOOP_UP_TO_BYTES && distance === 1) output.fill(output[from]!, at, at + length)
  else for (let index = 0; index < length; index++) output[at + index] = output[from + index]!
}
