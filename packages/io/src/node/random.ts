import { randomBytes, randomFillSync } from 'node:crypto'
import type { Random } from '../random.ts'
import { uuidFromBytes } from '../uuid.ts'

/** A call into the cryptographic generator costs far more than the bytes it gives, so small draws share one call. */
const POOL_BYTES = 4096

/** Randomness of cryptographic quality. */
export class NodeRandom implements Random {
  readonly #pool = Buffer.alloc(POOL_BYTES)
  #used = POOL_BYTES

  bytes(size: number): Uint8Array {
    return randomBytes(size)
  }

  uint32(): number {
    return this.#pool.readUInt32LE(this.#take(4))
  }

  float(): number {
    const offset = this.#take(8)
    const high = this.#pool.readUInt32LE(offset) >>> 5
    const low = this.#pool.readUInt32LE(offset + 4) >>> 6
    return (high * 2 ** 26 + low) / 2 ** 53
  }

  uuid(): Uint8Array {
    const offset = this.#take(16)
    return uuidFromBytes(this.#pool.subarray(offset, offset + 16))
  }

  #take(size: number): number {
    if (this.#used + size > POOL_BYTES) {
      randomFillSync(this.#pool)
      this.#used = 0
    }
    const offset = this.#used
    this.#used += size
    return offset
  }
}
