import zlib from 'node:zlib'
import { type Compression, UnsupportedCompressionError } from '../compression.ts'

/**
 * A trip through the thread pool costs 50 to 100 us, about what zstd takes for this much (30 to 70 us), gzip for half of it
 * (measured on Node 26): below, the loop itself is faster and hardly held up.
 */
const INLINE_INPUT_BYTES = 16 * 1024

type Done = (error: Error | null, output: Uint8Array) => void

/** Node's own zlib and zstd: small inputs at once, larger ones in the thread pool. */
export class NodeCompression implements Compression {
  readonly #inlineInputBytes: number

  /** Inputs below `inlineInputBytes` are handled on the loop; `Infinity` makes every result immediate, as a simulation needs. */
  constructor(options: { readonly inlineInputBytes?: number } = {}) {
    this.#inlineInputBytes = options.inlineInputBytes ?? INLINE_INPUT_BYTES
  }

  async gzip(input: Uint8Array, level?: number): Promise<Uint8Array> {
    const options = level === undefined ? {} : { level }
    if (this.#isInline(input)) return zlib.gzipSync(input, options)
    return settle((done) => zlib.gzip(input, options, done))
  }

  async gunzip(input: Uint8Array, maxOutputBytes: number): Promise<Uint8Array> {
    const options = boundedOutput(maxOutputBytes)
    const output = this.#isInline(input) ? zlib.gunzipSync(input, options) : await settle((done) => zlib.gunzip(input, options, done))
    return ensureWithin(output, maxOutputBytes)
  }

  async zstdCompress(input: Uint8Array, level?: number): Promise<Uint8Array> {
    ensureZstd()
    const params = level === undefined ? {} : { [zlib.constants.ZSTD_c_compressionLevel]: level }
    // The promised size lets the frame carry its content size, from which readers size their buffers.
    const options = { params, pledgedSrcSize: input.length }
    if (this.#isInline(input)) return zlib.zstdCompressSync(input, options)
    return settle((done) => zlib.zstdCompress(input, options, done))
  }

  async zstdDecompress(input: Uint8Array, maxOutputBytes: number): Promise<Uint8Array> {
    ensureZstd()
    const options = boundedOutput(maxOutputBytes)
    const output = this.#isInline(input)
      ? zlib.zstdDecompressSync(input, options)
      : await settle((done) => zlib.zstdDecompress(input, options, done))
    return ensureWithin(output, maxOutputBytes)
  }

  #isInline(input: Uint8Array): boolean {
    return input.length < this.#inlineInputBytes
  }
}

function settle(start: (done: Done) => void): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    start((error, output) => {
      if (error === null) resolve(output)
      else reject(error)
    })
  })
}

/** zlib refuses a limit of 0, so that one case is left to `ensureWithin`; past its limit zlib itself throws a `RangeError`. */
function boundedOutput(maxOutputBytes: number): { readonly maxOutputLength: number } {
  return { maxOutputLength: Math.max(maxOutputBytes, 1) }
}

function ensureWithin(output: Uint8Array, maxOutputBytes: number): Uint8Array {
  if (output.length > maxOutputBytes) throw new RangeError(`decompressed to more than ${maxOutputBytes} bytes`)
  return output
}

function ensureZstd(): void {
  if (typeof zlib.zstdCompress !== 'function') throw new UnsupportedCompressionError('zstd')
}
