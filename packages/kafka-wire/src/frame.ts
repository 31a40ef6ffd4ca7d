import { KafkaError, LengthPrefixedDecoder } from '@kafka-ts/protocol'

/** A frame is `u32 size | header | body`, big-endian; the size is that of what follows it. */

/** Largest frame that is accepted unless it is told otherwise: Kafka's `socket.request.max.bytes`. */
export const DEFAULT_MAX_KAFKA_FRAME_BYTES = 100 * 1024 * 1024

const SIZE_BYTES = 4
/** A response header is a correlation id; a request header is longer. */
const MIN_FRAME_BYTES = 4

/** Cuts a stream of chunks into frames. After it threw, the stream has lost its place and the connection is to be closed. */
export class KafkaFrameDecoder {
  readonly #decoder: LengthPrefixedDecoder

  constructor(options: { readonly maxFrameBytes?: number } = {}) {
    const maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_KAFKA_FRAME_BYTES
    this.#decoder = new LengthPrefixedDecoder({
      prefixBytes: SIZE_BYTES,
      payloadBytes(prefix) {
        const size = prefix.readUInt32BE(0)
        if (size < MIN_FRAME_BYTES || size > maxFrameBytes) {
          throw new KafkaError('PROTOCOL_ERROR', `A frame of ${size} bytes is not within ${MIN_FRAME_BYTES} and ${maxFrameBytes}.`)
        }
        return size
      },
    })
  }

  /** Bytes of an unfinished frame that are held. */
  get pendingBytes(): number {
    return this.#decoder.pendingBytes
  }

  /**
   * Takes the next bytes of the stream and hands over header and body of each frame they complete, in order, before it returns: a view
   * of `chunk` where the frame lies in one, else the one buffer it was put together in. The decoder keeps views of `chunk`: it must
   * not be written to again. Throws PROTOCOL_ERROR, after the good frames before the bad one. `onFrame` must not throw.
   */
  push(chunk: Uint8Array, onFrame: (frame: Uint8Array) => void): void {
    this.#decoder.push(chunk, onFrame)
  }
}
