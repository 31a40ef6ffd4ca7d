const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})

/**
 * CRC-32C of `bytes` from `start` (inclusive) to `end` (exclusive), as an unsigned 32-bit number. The same function as that of
 * `@kafka-ts/protocol/records`, which this package may not import; it gives way to it once `@kafka-ts/storage` exports that.
 */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  let crc = -1
  for (let at = start; at < end; at++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[at] as number)) & 0xff] as number)
  return ~crc >>> 0
}
