import { CODEC_MASK } from '../layout.ts'
import { RecordsError } from '../records-error.ts'

/** Kafka's names of the codecs, at the index that the low three bits of `attributes` hold. */
export const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

export type Codec = (typeof CODECS)[number]

/** The compressors that enter through `io` (its `Compression` fits): their completion order varies, so they are a door. */
export interface CompressionDoor {
  gzip(input: Uint8Array, level?: number): Promise<Uint8Array>
  /**
   * Rejects with `RangeError` when the output would exceed `maxOutputBytes`, with an error named `UnsupportedCompressionError`
   * when the runtime lacks the codec; any other error means corrupt input.
   */
  gunzip(input: Uint8Array, maxOutputBytes: number): Promise<Uint8Array>
  zstdCompress(input: Uint8Array, level?: number): Promise<Uint8Array>
  /** As `gunzip`. */
  zstdDecompress(input: Uint8Array, maxOutputBytes: number): Promise<Uint8Array>
}

/** The value of the codec bits. */
export function codecNumber(codec: Codec): number {
  return CODECS.indexOf(codec)
}

/** The codec that a batch's attributes name. Throws `RecordsError` `unsupported` for a number that no codec has. */
export function codecOf(attributes: number): Codec {
  const codec = CODECS[attributes & CODEC_MASK]
  if (codec === undefined) throw new RecordsError('unsupported', `compression codec ${attributes & CODEC_MASK} is not known`)
  return codec
}
