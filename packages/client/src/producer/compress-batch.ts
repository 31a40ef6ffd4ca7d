import type { Compression } from '@kafka-ts/io'
import type { Codec, RecordBatchBuilder } from '@kafka-ts/protocol/records'

export interface CompressBatchOptions {
  readonly codec: Codec
  readonly level: number | undefined
  readonly compression: Compression
}

/** The finished batch of a builder, compressed, in a buffer of its own. */
export function compressBatch(builder: RecordBatchBuilder, options: CompressBatchOptions): Promise<Uint8Array> {
  const { codec, level, compression } = options
  const door: Compression = {
    gzip: (input) => compression.gzip(input, level),
    gunzip: (input, maxOutputBytes) => compression.gunzip(input, maxOutputBytes),
    zstdCompress: (input) => compression.zstdCompress(input, level),
    zstdDecompress: (input, maxOutputBytes) => compression.zstdDecompress(input, maxOutputBytes),
  }
  return builder.buildCompressed(codec, door)
}
