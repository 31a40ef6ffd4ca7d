import { hashKey, hashSecret } from './key-hash.ts'

/** What an entry takes: 16 bytes of hash, 4 of offset. */
export const OFFSET_MAP_ENTRY_BYTES = 20
/** The map counts as full when this share of it is taken: beyond, a search takes ever longer. */
const MAX_LOAD = 0.8
const HASH_WORDS = 4

export interface OffsetMapOptions {
  /** The most it may take. */
  readonly maxBytes: number
  /** No key of an offset below comes. */
  readonly baseOffset: number
  /** How many keys there are at the most: a smaller map will do for few. */
  readonly maxKeys: number
  /** Of `HASH_SECRET_BYTES`. */
  readonly secret: Uint8Array
}

/**
 * The last offset of each key in a stretch of a log, in memory of a fixed size: keys are known by their hash alone (Kafka's `SkimpyOffsetMap`).
 * Open addressing, linear probing, nothing is ever removed.
 */
export class OffsetMap {
  readonly #baseOffset: number
  readonly #secret: Int32Array
  readonly #slotCount: number
  readonly #maxKeys: number
  readonly #hashes: Int32Array
  /** Relative to the base offset, plus one; 0 is a free slot. */
  readonly #offsets: Uint32Array
  readonly #hash = new Int32Array(HASH_WORDS)
  #size = 0
  /** The last offset that was noted, with a key or without; below the base offset at first. */
  latestOffset: number

  constructor(options: OffsetMapOptions) {
    const { maxBytes, baseOffset, maxKeys, secret } = options
    this.#baseOffset = baseOffset
    this.#secret = hashSecret(secret)
    this.#slotCount = Math.max(1, Math.min(Math.floor(maxBytes / OFFSET_MAP_ENTRY_BYTES), Math.ceil(maxKeys / MAX_LOAD) + 1))
    this.#maxKeys = Math.max(1, Math.floor(this.#slotCount * MAX_LOAD))
    this.#hashes = new Int32Array(this.#slotCount * HASH_WORDS)
    this.#offsets = new Uint32Array(this.#slotCount)
    this.latestOffset = baseOffset - 1
  }

  /** The first offset that is too far from the base to be noted. */
  get limitOffset(): number {
    return this.#baseOffset + 2 ** 32 - 1
  }

  /** How many keys it has. */
  get size(): number {
    return this.#size
  }

  /** Another key may find no room. */
  get isFull(): boolean {
    return this.#size >= this.#maxKeys
  }

  /** Notes that the key from `start` to `end` is that of the record at `offset`. Not to be called when it is full. */
  put(bytes: Uint8Array, start: number, end: number, offset: number): void {
    const slot = this.#find(bytes, start, end)
    if (this.#offsets[slot] === 0) {
      this.#size++
      this.#hashes.set(this.#hash, slot * HASH_WORDS)
    }
    this.#offsets[slot] = offset - this.#baseOffset + 1
  }

  /** The last offset of the key; -1 when it is not there. */
  get(bytes: Uint8Array, start: number, end: number): number {
    const relative = this.#offsets[this.#find(bytes, start, end)]!
    return relative === 0 ? -1 : this.#baseOffset + relative - 1
  }

  /** The slot of the key, or the free one where it belongs; `#hash` is its hash then. */
  #find(bytes: Uint8Array, start: number, end: number): number {
    const hash = this.#hash
    hashKey(bytes, start, end, this.#secret, hash)
    const [first, second, third, fourth] = hash as unknown as [number, number, number, number]
    const hashes = this.#hashes
    let slot = (first >>> 0) % this.#slotCount
    while (this.#offsets[slot] !== 0) {
      const at = slot * HASH_WORDS
      if (hashes[at] === first && hashes[at + 1] === second && hashes[at + 2] === third && hashes[at + 3] === fourth) return slot
      slot = slot + 1 === this.#slotCount ? 0 : slot + 1
    }
    return slot
  }
}
