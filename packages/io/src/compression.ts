/** The compressors whose completion order varies when run off the loop, and so are a door; simulated, they run inline. */
export interface Compression {
  gzip(input: Uint8Array, level?: number): Promise<Uint8Array>
  /** Throws `RangeError` when the output would exceed `maxOutputBytes`; any other error means corrupt input. */
  gunzip(input: Uint8Array, maxOutputBytes: number): Promise<Uint8Array>
  /** Throws `UnsupportedCompressionError` when the runtime lacks zstd. */
  zstdCompress(input: Uint8Array, level?: number): Promise<Uint8Array>
  /**
   * As `gunzip`; `UnsupportedCompressionError` as `zstdCompress`. Node 22 does not notice that a frame ends too early and
   * gives less: the caller knows how much there must be.
   */
  zstdDecompress(input: Uint8Array, maxOutputBytes: number): Promise<Uint8Array>
}

/** The runtime has no such codec (zstd needs Node 22.15 or later). */
export class UnsupportedCompressionError extends Error {
  override readonly name = 'UnsupportedCompressionError'
  readonly codec: string
  constructor(codec: string) {
    super(`this Node (${process.version}) has no ${codec}; Node 22.18 or later does`)
    this.codec = codec
  }
}
