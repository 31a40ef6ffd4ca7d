/** Big-endian integers over plain byte arrays, as Kafka's files have them. The caller has checked the bounds. */

const TWO_TO_32 = 2 ** 32

export function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

/** Writes the low 32 bits, so negative int32 values too. */
export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

/** An int64 as a number: exact for safe integers. */
export function readInt64(bytes: Uint8Array, at: number): number {
  return (readUint32(bytes, at) | 0) * TWO_TO_32 + readUint32(bytes, at + 4)
}

/** Writes a safe integer, a negative one in two's complement. */
export function writeInt64(bytes: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / TWO_TO_32)
  writeUint32(bytes, at, high)
  writeUint32(bytes, at + 4, value - high * TWO_TO_32)
}
