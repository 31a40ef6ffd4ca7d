/** Randomness. Simulated: one seeded stream. */
export interface Random {
  /** A fresh buffer of `size` random bytes. */
  bytes(size: number): Uint8Array
  /** An integer, 0 .. 2^32-1. */
  uint32(): number
  /** A float in [0, 1). */
  float(): number
  /** A version 4 UUID as 16 fresh bytes. */
  uuid(): Uint8Array
}
