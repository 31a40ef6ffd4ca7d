/** xxHash32, the checksum of the lz4 frame format. */
import { readWord } from './copy.ts'

const PRIME_1 = 0x9e3779b1
const PRIME_2 = 0x85ebca77
const PRIME_3 = 0xc2b2ae3d
const PRIME_4 = 0x27d4eb2f
const PRIME_5 = 0x165667b1
const STRIPE_BYTES = 16

/** The hash, with seed 0, of `bytes` from `start` to `end`, as an unsigned 32-bit number. */
export function xxhash32(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  let hash = PRIME_5
  if (end - start >= STRIPE_BYTES) {
    let first = (PRIME_1 + PRIME_2) | 0
    let second = PRIME_2
    let third = 0
    let fourth = -PRIME_1 | 0
    for (const last = end - STRIPE_BYTES; at <= last; at += STRIPE_BYTES) {
      first = mixLane(first, readWord(bytes, at))
      second = mixLane(second, readWord(bytes, at + 4))
      third = mixLane(third, readWord(bytes, at + 8))
      fourth = mixLane(fourth, readWord(bytes, at + 12))
    }
    hash = rotateLeft(first, 1) + rotateLeft(second, 7) + rotateLeft(third, 12) + rotateLeft(fourth, 18)
  }
  hash = (hash + (end - start)) | 0
  for (; at + 4 <= end; at += 4) hash = Math.imul(rotateLeft((hash + Math.imul(readWord(bytes, at), PRIME_3)) | 0, 17), PRIME_4)
  for (; at < end; at++) hash = Math.imul(rotateLeft((hash + Math.imul(bytes[at]!, PRIME_5)) | 0, 11), PRIME_1)
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2)
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function mixLane(lane: number, word: number): number {
  return Math.imul(rotateLeft((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1)
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
