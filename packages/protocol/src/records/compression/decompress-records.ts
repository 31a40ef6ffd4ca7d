import { RecordsError } from '../records-error.ts'
import type { Codec, CompressionDoor } from './codec.ts'
import { decompressLz4Frame } from './lz4-frame.ts'
import { decompressSnappy } from './xerial.ts'

/**
 * Opens what follows the header of a batch; the result is the input itself for `none`. Rejects with `RecordsError`
 * `too large` when it would become more than `maxOutputBytes` (nothing larger is allocated), `corrupt` for anything malformed.
 */
export async function decompressRecords(
  codec: Codec,
  bytes: Uint8Array,
  maxOutputBytes: number,
  door: CompressionDoor,
): Promise<Uint8Array> {
  switch (codec) {
    case 'none':
      if (bytes.length > maxOutputBytes) throw new RecordsError('too large', `${bytes.length} bytes where ${maxOutputBytes} are allowed`)
      return bytes
    case 'gzip':
      return await throughDoor(() => door.gunzip(bytes, maxOutputBytes), maxOutputBytes)
    case 'snappy':
      return decompressSnappy(bytes, maxOutputBytes)
    case 'lz4':
      return decompressLz4Frame(bytes, maxOutputBytes)
    case 'zstd':
      return await throughDoor(() => door.zstdDecompress(bytes, maxOutputBytes), maxOutputBytes)
  }
}

async function throughDoor(decompress: () => Promise<Uint8Array>, maxOutputBytes: number): Promise<Uint8Array> {
  try {
    return await decompress()
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'UnsupportedCompressionError')
      throw new RecordsError('unsupported', cause.message, { cause })
    if (cause instanceof RangeError) throw new RecordsError('too large', `the records exceed ${maxOutputBytes} bytes`, { cause })
    throw new RecordsError('corrupt', 'the compressed records are malformed', { cause })
  }
}
