/**
 * Kafka's varints: zigzag, then seven bits a byte, the lowest first. The writers return the position behind what they
 * wrote; `record-walker.ts` reads, bounded.
 */

/** Bytes that `value`, an int32, takes. */
export function varintBytes(value: number): number {
  const zigzag = (value << 1) ^ (value >> 31)
  if ((zigzag & ~0x7f) === 0) return 1
  if ((zigzag & ~0x3fff) === 0) return 2
  if ((zigzag & ~0x1f_ffff) === 0) return 3
  return (zigzag & ~0xfff_ffff) === 0 ? 4 : 5
}

/** Writes an int32. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  const zigzag = (value << 1) ^ (value >> 31)
  // One and two bytes are nearly all there are.
  if ((zigzag & ~0x7f) === 0) {
    bytes[at] = zigzag
    return at + 1
  }
  if ((zigzag & ~0x3fff) === 0) {
    bytes[at] = zigzag | 0x80
    bytes[at + 1] = zigzag >>> 7
    return at + 2
  }
  return writeLongVarint(bytes, at, zigzag)
}

function writeLongVarint(bytes: Uint8Array, at: number, zigzag: number): number {
  let rest = zigzag >>> 0
  let position = at
  while (rest > 0x7f) {
    bytes[position++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[position++] = rest
  return position
}

/** Bytes that `value`, a safe integer, takes as a varlong. */
export function varlongBytes(value: number): number {
  if (isInt32(value)) return varintBytes(value)
  let rest = value < 0 ? -(value + 1) : value
  let bytes = 1
  for (rest = Math.floor(rest / 0x40); rest > 0; rest = Math.floor(rest / 0x80)) bytes++
  return bytes
}

/**
 * Writes a safe integer as a varlong. The sign goes into the lowest bit of the first byte and the magnitude around it, so
 * that the doubled zigzag value, which may not be a safe integer, never exists.
 */
export function writeVarlong(bytes: Uint8Array, at: number, value: number): number {
  if (isInt32(value)) return writeVarint(bytes, at, value)
  const sign = value < 0 ? 1 : 0
  const magnitude = sign === 1 ? -(value + 1) : value
  let position = at
  let chunk = ((magnitude % 0x40) << 1) | sign
  for (let rest = Math.floor(magnitude / 0x40); rest > 0; rest = Math.floor(rest / 0x80)) {
    bytes[position++] = chunk | 0x80
    chunk = rest % 0x80
  }
  bytes[position++] = chunk
  return position
}

function isInt32(value: number): boolean {
  return (value | 0) === value
}
