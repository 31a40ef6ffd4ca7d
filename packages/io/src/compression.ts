/** The compressors whose completion order varies when run off the loop, and so are a door; simulated, they run inline. */
export interface Compression {
  gzip(input: Uint8Array, level?: number): Promise<Uint8Array>
  /** Throws `RangeError` when the output would exceed `maxOutputBytes`; any other error means corrupt input. */
  gunzip(input: Uint8Array, maxOutputBytes: number): Promise<Uint8Array>
  zstdCompress(input: Uint8Array, level?: number): Promise<Uint8Array>
  /** As `gunzip`. */
  zstdDecompress(input: Uint8Array, maxOutputBytes: number): Promise<Uint8Array>
}
