import { crc32 } from 'node:zlib'
import type { Random } from '../random.ts'
import { uuidFromBytes } from '../uuid.ts'

/** Rounds thrown away after seeding, until every bit of the seed has reached every bit of the state. */
const WARM_UP_ROUNDS = 16

/**
 * A reproducible stream: sfc32 (Chris Doty-Humphrey's "small fast counter"), 128 bits of state with a counter, so that no
 * seed has a period under 2^32; it passes PractRand and BigCrush. Not for secrets.
 */
export class SeededRandom implements Random {
  readonly seed: number
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number) {
    this.seed = seed
    this.#a = seed | 0
    this.#b = Math.floor(seed / 2 ** 32) | 0
    this.#c = 0x9e3779b9 | 0
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.uint32()
  }

  /**
   * An independent stream that depends on this one's seed and on `label` only, not on what was drawn before: a draw more in
   * one part of a simulation leaves the others as they were.
   */
  fork(label: string): SeededRandom {
    const low = crc32(label, this.seed >>> 0)
    const high = crc32(label, (Math.floor(this.seed / 2 ** 32) ^ 0x5bd1e995) >>> 0) & 0x1fffff
    return new SeededRandom(high * 2 ** 32 + low)
  }

  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  float(): number {
    const high = this.uint32() >>> 5
    const low = this.uint32() >>> 6
    return (high * 2 ** 26 + low) / 2 ** 53
  }

  bytes(size: number): Uint8Array {
    const words = new Uint32Array(Math.ceil(size / 4))
    for (let index = 0; index < words.length; index++) words[index] = this.uint32()
    return new Uint8Array(words.buffer, 0, size)
  }

  uuid(): Uint8Array {
    return uuidFromBytes(this.bytes(16))
  }

  /** An integer, 0 .. `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.float() * limit)
  }

  /** True with `probability`. */
  chance(probability: number): boolean {
    return this.float() < probability
  }
}
