/**
 * Big-endian integers over plain byte arrays. The caller has checked the bounds.
 *
 * Written by hand: on a `Uint8Array` these are a few loads each, while a `DataView` would be one more object for every buffer.
 */

const TWO_TO_32 = 2 ** 32

export function readInt16(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) >> 16) | bytes[at + 1]!
}

export function readInt32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) >>> 0
}

/** An int64 as a number: exact for safe integers, rounded outside of them; the caller checks with `Number.isSafeInteger`. */
export function readInt64(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) * TWO_TO_32 + readUint32(bytes, at + 4)
}

export function writeInt16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8
  bytes[at + 1] = value
}

/** Also writes a u32: only the low 32 bits count. */
export function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 24
  bytes[at + 1] = value >> 16
  bytes[at + 2] = value >> 8
  bytes[at + 3] = value
}

/** Writes a safe integer, negative ones in two's complement. */
export function writeInt64(bytes: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / TWO_TO_32)
  writeInt32(bytes, at, high)
  writeInt32(bytes, at + 4, value - high * TWO_TO_32)
}
