import { createRequire } from 'node:module'

/** The reflected Castagnoli polynomial (RFC 3720, appendix B.4). */
const POLYNOMIAL = 0x82f63b78
/** Below this the JavaScript loop is done before a call into the addon has been set up (measured). */
const NATIVE_FROM_BYTES = 192

type NativeCrc32c = (bytes: Uint8Array, seed?: number) => number

const TABLES = buildTables()
const nativeCrc32c = loadNativeCrc32c()

/** Whether the native accelerator (`@node-rs/crc32`, an optional dependency) is in use. */
export const isCrc32cNative = nativeCrc32c !== undefined

/**
 * CRC-32C of `bytes` from `start` (inclusive) to `end` (exclusive), as an unsigned 32-bit number.
 * `seed` is the CRC of what came before, so that `crc32c(b, 0, n, crc32c(a, 0, m))` is the CRC of a then b.
 */
export function crc32c(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  if (nativeCrc32c === undefined || end - start < NATIVE_FROM_BYTES) return crc32cJavaScript(bytes, start, end, seed)
  const isWhole = start === 0 && end === bytes.length
  return nativeCrc32c(isWhole ? bytes : bytes.subarray(start, end), seed)
}

/** The fallback of `crc32c`, with the same arguments and results: eight bytes a step through eight tables ("slicing by 8"). */
export function crc32cJavaScript(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  const tables = TABLES
  let crc = ~seed
  let at = start
  for (const last = end - 8; at <= last; at += 8) {
    const low = crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
    crc =
      tables[1792 + (low & 0xff)]! ^
      tables[1536 + ((low >>> 8) & 0xff)]! ^
      tables[1280 + ((low >>> 16) & 0xff)]! ^
      tables[1024 + (low >>> 24)]! ^
      tables[768 + bytes[at + 4]!]! ^
      tables[512 + bytes[at + 5]!]! ^
      tables[256 + bytes[at + 6]!]! ^
      tables[bytes[at + 7]!]!
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}

/** Table `k` (256 entries from `256 * k`) moves a byte's contribution over `k` further zero bytes. */
function buildTables(): Int32Array {
  const tables = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    tables[byte] = crc
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256]!
    tables[at] = (before >>> 8) ^ tables[before & 0xff]!
  }
  return tables
}

function loadNativeCrc32c(): NativeCrc32c | undefined {
  try {
    const addon = createRequire(import.meta.url)('@node-rs/crc32') as { readonly crc32c: NativeCrc32c }
    return addon.crc32c
  } catch {
    // An optional dependency: where no binary exists for this platform, the fallback gives the same results.
    return undefined
  }
}
