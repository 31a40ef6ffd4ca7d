import type { Codec, CompressionDoor } from './codec.ts'
import { compressLz4Frame } from './lz4-frame.ts'
import { compressXerial } from './xerial.ts'

/** Compresses what follows the header of a batch, as Java clients do. The result is the input itself for `none`, else a buffer of its own. */
export async function compressRecords(codec: Codec, bytes: Uint8Array, door: CompressionDoor): Promise<Uint8Array> {
  switch (codec) {
    case 'none':
      return bytes
    case 'gzip':
      return await door.gzip(bytes)
    case 'snappy':
      return compressXerial(bytes)
    case 'lz4':
      return compressLz4Frame(bytes)
    case 'zstd':
      return await door.zstdCompress(bytes)
  }
}
