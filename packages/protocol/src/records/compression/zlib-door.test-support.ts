import zlib from 'node:zlib'
import type { CompressionDoor } from './codec.ts'

/** A door on Node's own synchronous zlib; its error for too much output is a RangeError already. */
export const zlibDoor: CompressionDoor = {
  gzip: async (input, level) => zlib.gzipSync(input, level === undefined ? {} : { level }),
  gunzip: async (input, maxOutputBytes) => zlib.gunzipSync(input, { maxOutputLength: maxOutputBytes }),
  zstdCompress: async (input) => zlib.zstdCompressSync(input),
  zstdDecompress: async (input, maxOutputBytes) => zlib.zstdDecompressSync(input, { maxOutputLength: maxOutputBytes }),
}
