/**
 * The partitioner of Kafka's Java client: `toPositive(Utils.murmur2(key)) % partitions`, so that every client puts a key
 * into the same partition.
 */
import { Buffer } from 'node:buffer'

const SEED = 0x9747b28c
const MULTIPLIER = 0x5bd1e995

/** Kafka's `Utils.murmur2`: a signed int32. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length
  let hash = SEED ^ length
  let at = 0
  for (const last = length - 4; at <= last; at += 4) {
    hash = mixWord(hash, bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
  }
  let tail = 0
  for (let index = length - 1; index >= at; index--) tail = (tail << 8) | bytes[index]!
  return finish(hash, tail, length - at)
}

/** `murmur2` of the string's UTF-8 bytes; ASCII strings are hashed as they are, without encoding them first. */
export function murmur2OfString(text: string): number {
  const length = text.length
  let hash = SEED ^ length
  // All characters, gathered to see at the end whether one of them was not ASCII.
  let seen = 0
  let at = 0
  for (const last = length - 4; at <= last; at += 4) {
    const first = text.charCodeAt(at)
    const second = text.charCodeAt(at + 1)
    const third = text.charCodeAt(at + 2)
    const fourth = text.charCodeAt(at + 3)
    seen |= first | second | third | fourth
    hash = mixWord(hash, first | (second << 8) | (third << 16) | (fourth << 24))
  }
  let tail = 0
  for (let index = length - 1; index >= at; index--) {
    const character = text.charCodeAt(index)
    seen |= character
    tail = (tail << 8) | character
  }
  return seen > 0x7f ? murmur2(Buffer.from(text)) : finish(hash, tail, length - at)
}

/** The partition of a key among `partitionCount`; a string is taken as its UTF-8 bytes. */
export function partitionForKey(key: Uint8Array | string, partitionCount: number): number {
  const hash = typeof key === 'string' ? murmur2OfString(key) : murmur2(key)
  return (hash & 0x7fffffff) % partitionCount
}

function mixWord(hash: number, word: number): number {
  let mixed = Math.imul(word, MULTIPLIER)
  mixed ^= mixed >>> 24
  return Math.imul(hash, MULTIPLIER) ^ Math.imul(mixed, MULTIPLIER)
}

/** Mixes in the last bytes, fewer than four, then avalanches. */
function finish(hash: number, tail: number, tailBytes: number): number {
  let final = tailBytes === 0 ? hash : Math.imul(hash ^ tail, MULTIPLIER)
  final = Math.imul(final ^ (final >>> 13), MULTIPLIER)
  return final ^ (final >>> 15)
}
