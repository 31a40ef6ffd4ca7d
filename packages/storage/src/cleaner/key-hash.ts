/** Bytes of the secret that `hashKey` is keyed with. */
export const HASH_SECRET_BYTES = 16

/** Four words of 32 bits: what a key becomes. */
export type KeyHash = Int32Array

/**
 * SipHash-2-4 with 128 bits of result (Aumasson and Bernstein), over the bytes from `start` to `end`, into `hash`. Two keys with one hash would
 * cost one of them its value: by chance that does not happen, and without the secret nobody can look for such keys.
 *
 * Each 64-bit word of the state is two 32-bit ones, the high half first. One loop serves compression and finalization.
 */
export function hashKey(bytes: Uint8Array, start: number, end: number, secret: Int32Array, hash: KeyHash): void {
  const [k0l, k0h, k1l, k1h] = secret as unknown as [number, number, number, number]
  let v0h = 0x736f6d65 ^ k0h
  let v0l = 0x70736575 ^ k0l
  let v1h = 0x646f7261 ^ k1h
  let v1l = 0x6e646f6d ^ k1l ^ 0xee
  let v2h = 0x6c796765 ^ k0h
  let v2l = 0x6e657261 ^ k0l
  let v3h = 0x74656462 ^ k1h
  let v3l = 0x79746573 ^ k1l
  const length = end - start
  const wordCount = (length >>> 3) + 1
  for (let step = 0; step < wordCount + 2; step++) {
    const isMessage = step < wordCount
    let mh = 0
    let ml = 0
    if (isMessage) {
      const at = start + step * 8
      if (step < wordCount - 1) {
        ml = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
        mh = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24)
      } else {
        mh = length << 24
        for (let index = 0; at + index < end; index++) {
          if (index < 4) ml |= bytes[at + index]! << (index * 8)
          else mh |= bytes[at + index]! << ((index - 4) * 8)
        }
      }
      v3h ^= mh
      v3l ^= ml
    } else if (step === wordCount) {
      v2l ^= 0xee
    } else {
      v1l ^= 0xdd
    }
    const rounds = isMessage ? 2 : 4
    for (let round = 0; round < rounds; round++) {
      // v0 += v1; v1 <<<= 13; v1 ^= v0; v0 <<<= 32
      let low = (v0l + v1l) | 0
      let high = (v0h + v1h + (low >>> 0 < v0l >>> 0 ? 1 : 0)) | 0
      let turned = (v1h << 13) | (v1l >>> 19)
      v1l = ((v1l << 13) | (v1h >>> 19)) ^ low
      v1h = turned ^ high
      v0h = low
      v0l = high
      // v2 += v3; v3 <<<= 16; v3 ^= v2
      low = (v2l + v3l) | 0
      high = (v2h + v3h + (low >>> 0 < v2l >>> 0 ? 1 : 0)) | 0
      turned = (v3h << 16) | (v3l >>> 16)
      v3l = ((v3l << 16) | (v3h >>> 16)) ^ low
      v3h = turned ^ high
      v2h = high
      v2l = low
      // v0 += v3; v3 <<<= 21; v3 ^= v0
      low = (v0l + v3l) | 0
      high = (v0h + v3h + (low >>> 0 < v0l >>> 0 ? 1 : 0)) | 0
      turned = (v3h << 21) | (v3l >>> 11)
      v3l = ((v3l << 21) | (v3h >>> 11)) ^ low
      v3h = turned ^ high
      v0h = high
      v0l = low
      // v2 += v1; v1 <<<= 17; v1 ^= v2; v2 <<<= 32
      low = (v2l + v1l) | 0
      high = (v2h + v1h + (low >>> 0 < v2l >>> 0 ? 1 : 0)) | 0
      turned = (v1h << 17) | (v1l >>> 15)
      v1l = ((v1l << 17) | (v1h >>> 15)) ^ low
      v1h = turned ^ high
      v2h = low
      v2l = high
    }
    if (isMessage) {
      v0h ^= mh
      v0l ^= ml
    } else {
      const at = step === wordCount ? 0 : 2
      hash[at] = v0l ^ v1l ^ v2l ^ v3l
      hash[at + 1] = v0h ^ v1h ^ v2h ^ v3h
    }
  }
}

/** The secret as `hashKey` takes it. */
export function hashSecret(bytes: Uint8Array): Int32Array {
  const secret = new Int32Array(4)
  for (let index = 0; index < HASH_SECRET_BYTES; index++) secret[index >> 2]! |= bytes[index]! << ((index & 3) * 8)
  return secret
}
