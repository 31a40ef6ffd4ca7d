/** A version 4 UUID made of 16 random bytes (a copy), with the version and variant bits of RFC 9562. */
export function uuidFromBytes(random: Uint8Array): Uint8Array {
  const uuid = Uint8Array.from(random)
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x40
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80
  return uuid
}
