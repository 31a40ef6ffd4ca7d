/**
 * The lz4 block format: sequences of
 *
 * ```
 * token: literal length (high 4 bits), match length - 4 (low 4 bits); 15 is continued in bytes that add up, up to one below 255
 * literals | offset of the match (2 bytes, little-endian)
 * ```
 *
 * The last sequence has literals only: at least the last five bytes, and no match begins within the last twelve.
 */
import { RecordsError } from '../records-error.ts'
import { copyLiteral, copyMatch, readWord } from './copy.ts'

const HASH_BITS = 13
const SHORTEST_MATCH = 4
const LAST_LITERALS = 5
const MATCH_MARGIN_BYTES = 12
const MAX_DISTANCE = 65_535
const LONG_LENGTH = 15

/** Positions plus one by the hash of the four bytes there; 0 is none. */
const positionsByHash = new Int32Array(1 << HASH_BITS)

/** The most bytes that `length` bytes can become. */
export function maxLz4BlockBytes(length: number): number {
  return length + Math.ceil(length / 255) + 16
}

/** Compresses `input` from `start` to `end` into `output` at `at`, where `maxLz4BlockBytes` must be free; returns the position behind. */
export function compressLz4Block(input: Uint8Array, start: number, end: number, output: Uint8Array, at: number): number {
  const positions = positionsByHash.fill(0)
  const searchEnd = end - MATCH_MARGIN_BYTES
  const matchLimit = end - LAST_LITERALS
  let out = at
  let literalStart = start
  let position = start
  // After 64 positions without a match every second one is tried, and so on: what does not compress costs little.
  let misses = 64
  while (position <= searchEnd) {
    const word = readWord(input, position)
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS)
    const candidate = positions[slot]! - 1
    positions[slot] = position + 1
    const distance = position - candidate
    if (candidate < start || distance > MAX_DISTANCE || readWord(input, candidate) !== word) {
      position += misses++ >>> 6
      continue
    }
    misses = 64
    let matchEnd = position + SHORTEST_MATCH
    while (matchEnd < matchLimit && input[matchEnd] === input[matchEnd - distance]) matchEnd++
    out = writeSequence(input, literalStart, position, output, out, distance, matchEnd - position)
    position = matchEnd
    literalStart = matchEnd
  }
  return writeLiterals(input, literalStart, end, output, out, 0)
}

function writeSequence(
  input: Uint8Array,
  literalStart: number,
  literalEnd: number,
  output: Uint8Array,
  at: number,
  distance: number,
  matchLength: number,
): number {
  const rest = matchLength - SHORTEST_MATCH
  let out = writeLiterals(input, literalStart, literalEnd, output, at, Math.min(rest, LONG_LENGTH))
  output[out++] = distance
  output[out++] = distance >>> 8
  return rest >= LONG_LENGTH ? writeLongLength(output, out, rest - LONG_LENGTH) : out
}

/** Writes a token and its literals. */
function writeLiterals(input: Uint8Array, start: number, end: number, output: Uint8Array, at: number, matchBits: number): number {
  const length = end - start
  let out = at
  output[out++] = (Math.min(length, LONG_LENGTH) << 4) | matchBits
  if (length >= LONG_LENGTH) out = writeLongLength(output, out, length - LONG_LENGTH)
  copyLiteral(input, start, output, out, length)
  return out + length
}

function writeLongLength(output: Uint8Array, at: number, length: number): number {
  let out = at
  let rest = length
  for (; rest >= 255; rest -= 255) output[out++] = 255
  output[out++] = rest
  return out
}

/** The block becomes more than there is room for. */
export const LZ4_OUTPUT_FULL = -1

/** Where a block is decompressed to. */
export interface Lz4Window {
  readonly output: Uint8Array
  /** Matches may reach back to here: the block's own start, or in linked frames an earlier one. */
  readonly windowStart: number
  readonly outStart: number
  /** Nothing is written at or behind this. */
  readonly outEnd: number
}

/**
 * Decompresses a block and returns the position behind the output, or `LZ4_OUTPUT_FULL` when that would be behind
 * `outEnd`. Throws `RecordsError` `corrupt`.
 */
export function decompressLz4Block(input: Uint8Array, start: number, end: number, window: Lz4Window): number {
  const { output, windowStart, outEnd } = window
  let at = start
  let out = window.outStart
  while (at < end) {
    const token = input[at++]!
    let literalLength = token >>> 4
    if (literalLength === LONG_LENGTH) {
      let byte = 255
      while (byte === 255 && at < end) {
        byte = input[at++]!
        literalLength += byte
      }
    }
    if (at + literalLength > end) throw corrupt('lz4 literals are cut short')
    if (out + literalLength > outEnd) return LZ4_OUTPUT_FULL
    copyLiteral(input, at, output, out, literalLength)
    at += literalLength
    out += literalLength
    if (at === end) return out

    if (at + 2 > end) throw corrupt('an lz4 match is cut short')
    const distance = input[at]! | (input[at + 1]! << 8)
    at += 2
    let matchLength = (token & LONG_LENGTH) + SHORTEST_MATCH
    if (matchLength === LONG_LENGTH + SHORTEST_MATCH) {
      let byte = 255
      while (byte === 255 && at < end) {
        byte = input[at++]!
        matchLength += byte
      }
    }
    if (distance === 0 || distance > out - windowStart) throw corrupt('an lz4 match is out of range')
    if (out + matchLength > outEnd) return LZ4_OUTPUT_FULL
    copyMatch(output, out, distance, matchLength)
    out += matchLength
  }
  throw corrupt('an lz4 block does not end with literals')
}

function corrupt(message: string): RecordsError {
  return new RecordsError('corrupt', message)
}
