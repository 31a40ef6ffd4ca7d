/**
 * Snappy's raw block format: the uncompressed length as a plain varint, then elements, each told by the low two bits of its tag:
 *
 * ```
 * 00 literal  length - 1 in the other six bits, or in the 1-4 bytes that follow for 60-63
 * 01 copy     length 4-11 in three bits, offset of 11 bits in the other three and one byte
 * 10 copy     length - 1 in six bits, offset in two bytes, little-endian
 * 11 copy     length - 1 in six bits, offset in four bytes
 * ```
 */
import { RecordsError } from '../records-error.ts'
import { copyLiteral, copyMatch, readWord } from './copy.ts'

/** Matches are looked for within fragments of this size, so that two bytes hold every offset. */
const FRAGMENT_BYTES = 65_536
const HASH_BITS = 14
/** No match is looked for this close to the end of a fragment. */
const INPUT_MARGIN_BYTES = 15
const MAX_PREAMBLE_BYTES = 5
/** No element makes more bytes of one: three become 64 at best. */
const MAX_EXPANSION = 22
const LONGEST_COPY = 64

const positionsByHash = new Uint16Array(1 << HASH_BITS)

/** The most bytes that `length` bytes can become. */
export function maxSnappyBlockBytes(length: number): number {
  return 32 + length + Math.ceil(length / 6)
}

/** Compresses `input` from `start` to `end` into `output` at `at`, where `maxSnappyBlockBytes` must be free; returns the position behind. */
export function compressSnappyBlock(input: Uint8Array, start: number, end: number, output: Uint8Array, at: number): number {
  let position = at
  let length = end - start
  while (length > 0x7f) {
    output[position++] = (length & 0x7f) | 0x80
    length >>>= 7
  }
  output[position++] = length
  for (let fragment = start; fragment < end; fragment += FRAGMENT_BYTES) {
    position = compressFragment(input, fragment, Math.min(fragment + FRAGMENT_BYTES, end), output, position)
  }
  return position
}

function compressFragment(input: Uint8Array, start: number, end: number, output: Uint8Array, at: number): number {
  const positions = positionsByHash.fill(0)
  const searchEnd = end - INPUT_MARGIN_BYTES
  let out = at
  let literalStart = start
  let position = start + 1
  // After 32 bytes without a match every second position is tried, after 64 every third: what does not compress costs little.
  let misses = 32
  while (position < searchEnd) {
    const word = readWord(input, position)
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS)
    const candidate = start + positions[slot]!
    positions[slot] = position - start
    if (candidate >= position || readWord(input, candidate) !== word) {
      position += misses++ >>> 5
      continue
    }
    misses = 32
    let matchEnd = position + 4
    const distance = position - candidate
    while (matchEnd < end && input[matchEnd] === input[matchEnd - distance]) matchEnd++
    if (literalStart < position) out = writeLiteral(input, literalStart, position, output, out)
    out = writeCopies(output, out, distance, matchEnd - position)
    position = matchEnd
    literalStart = matchEnd
  }
  return literalStart < end ? writeLiteral(input, literalStart, end, output, out) : out
}

function writeLiteral(input: Uint8Array, start: number, end: number, output: Uint8Array, at: number): number {
  const length = end - start
  let out = at
  if (length <= 60) {
    output[out++] = (length - 1) << 2
  } else if (length <= 256) {
    output[out++] = 60 << 2
    output[out++] = length - 1
  } else {
    output[out++] = 61 << 2
    output[out++] = length - 1
    output[out++] = (length - 1) >>> 8
  }
  copyLiteral(input, start, output, out, length)
  return out + length
}

/** A copy element holds at most 64 bytes; what remains of a longer match must be at least four. */
function writeCopies(output: Uint8Array, at: number, distance: number, length: number): number {
  let out = at
  let rest = length
  while (rest > LONGEST_COPY) {
    const part = rest >= LONGEST_COPY + 4 ? LONGEST_COPY : LONGEST_COPY - 4
    out = writeLongCopy(output, out, distance, part)
    rest -= part
  }
  if (rest > 11 || distance > 2047) return writeLongCopy(output, out, distance, rest)
  output[out] = ((distance >>> 8) << 5) | ((rest - 4) << 2) | 1
  output[out + 1] = distance
  return out + 2
}

function writeLongCopy(output: Uint8Array, at: number, distance: number, length: number): number {
  output[at] = ((length - 1) << 2) | 2
  output[at + 1] = distance
  output[at + 2] = distance >>> 8
  return at + 3
}

/** What a block says it holds. */
export interface SnappyPreamble {
  readonly uncompressedBytes: number
  /** Where its elements begin. */
  readonly elementsStart: number
}

/** Reads how many bytes the block becomes. Throws `RecordsError` `corrupt`, also for a number that so few bytes cannot become. */
export function readSnappyPreamble(input: Uint8Array, start: number, end: number): SnappyPreamble {
  let uncompressedBytes = 0
  for (let at = start, scale = 1; at < end && at < start + MAX_PREAMBLE_BYTES; at++, scale *= 0x80) {
    const byte = input[at]!
    uncompressedBytes += (byte & 0x7f) * scale
    if (byte > 0x7f) continue
    if (uncompressedBytes > (end - start) * MAX_EXPANSION) throw corrupt('a snappy block claims more bytes than it can hold')
    return { uncompressedBytes, elementsStart: at + 1 }
  }
  throw corrupt('a snappy block has no length')
}

/**
 * Decompresses the elements of a block into exactly `output` from `outStart` to `outEnd`. Throws `RecordsError` `corrupt`
 * when they are malformed or become more or less than that.
 */
export function decompressSnappyElements(
  input: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  outStart: number,
  outEnd: number,
): void {
  let at = start
  let out = outStart
  while (at < end) {
    const tag = input[at++]!
    const kind = tag & 3
    let length = (tag >>> 2) + 1
    if (kind === 0) {
      if (length > 60) {
        const lengthBytes = length - 60
        if (at + lengthBytes > end) throw corrupt('a snappy literal is cut short')
        length = readLittleEndian(input, at, lengthBytes) + 1
        at += lengthBytes
      }
      if (at + length > end || out + length > outEnd) throw corrupt('a snappy literal is too long')
      copyLiteral(input, at, output, out, length)
      at += length
    } else {
      const offsetBytes = kind === 3 ? 4 : kind
      if (at + offsetBytes > end) throw corrupt('a snappy copy is cut short')
      let distance = readLittleEndian(input, at, offsetBytes)
      if (kind === 1) {
        distance |= (tag >>> 5) << 8
        length = ((tag >>> 2) & 7) + 4
      }
      at += offsetBytes
      if (distance === 0 || distance > out - outStart || out + length > outEnd) throw corrupt('a snappy copy is out of range')
      copyMatch(output, out, distance, length)
    }
    out += length
  }
  if (out !== outEnd) throw corrupt('a snappy block holds less than it claims')
}

function readLittleEndian(bytes: Uint8Array, at: number, size: number): number {
  if (size === 1) return bytes[at]!
  if (size === 2) return bytes[at]! | (bytes[at + 1]! << 8)
  const low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
  return size === 3 ? low : (low | (bytes[at + 3]! << 24)) >>> 0
}

function corrupt(message: string): RecordsError {
  return new RecordsError('corrupt', message)
}
