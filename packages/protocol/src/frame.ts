import type { Buffer } from 'node:buffer'
import { KafkaError } from './errors.ts'
import { LengthPrefixedDecoder } from './length-prefixed.ts'

/**
 * Frames on a connection, big-endian:
 *
 * | bytes | what |
 * |---|---|
 * | 4 | frame length: the bytes that follow these four |
 * | 4 | body length |
 * | body length | the body: one msgpack array |
 * | frame length - 4 - body length | attachments: record batches, one after the other; the body names their lengths |
 */

/** What a native connection opens with: `KTS1`. Read as a Kafka length it is over 1 GB, so it cannot be a Kafka request. */
export const PREAMBLE: Uint8Array = Uint8Array.of(0x4b, 0x54, 0x53, 0x31)

/** Bytes of the two lengths in front of a body. */
export const FRAME_HEADER_BYTES = 8
/** Largest frame (header included) that a side accepts unless it is told otherwise. */
export const DEFAULT_MAX_FRAME_BYTES = 16 * 1024 * 1024
/** Largest body that a side accepts unless it is told otherwise: decoded it may take many times its bytes, attachments do not. */
export const DEFAULT_MAX_BODY_BYTES = 4 * 1024 * 1024

const BODY_LENGTH_BYTES = 4

/** A received frame. Both are views: of the chunk the frame lay in, or of the one buffer it was put together in. */
export interface Frame {
  readonly body: Uint8Array
  readonly attachments: Uint8Array
}

/** Writes the two lengths in front of a body that starts at `FRAME_HEADER_BYTES` of the same buffer. */
export function writeFrameHeader(target: Uint8Array, attachmentBytes: number): void {
  const view = new DataView(target.buffer, target.byteOffset, FRAME_HEADER_BYTES)
  const bodyBytes = target.length - FRAME_HEADER_BYTES
  view.setUint32(0, BODY_LENGTH_BYTES + bodyBytes + attachmentBytes)
  view.setUint32(BODY_LENGTH_BYTES, bodyBytes)
}

/** The buffers of a frame, to be written one after the other: `headedBody` (completed in place) and the attachments, uncopied. */
export function encodeFrame(headedBody: Uint8Array, attachments: readonly Uint8Array[]): Uint8Array[] {
  let attachmentBytes = 0
  for (const attachment of attachments) attachmentBytes += attachment.length
  writeFrameHeader(headedBody, attachmentBytes)
  return [headedBody, ...attachments]
}

/** Cuts a stream of chunks into frames. After it threw, the stream has lost its place and the connection is to be closed. */
export class FrameDecoder {
  readonly #decoder: LengthPrefixedDecoder

  constructor(options: { readonly maxFrameBytes?: number; readonly maxBodyBytes?: number } = {}) {
    const { maxFrameBytes = DEFAULT_MAX_FRAME_BYTES, maxBodyBytes = DEFAULT_MAX_BODY_BYTES } = options
    this.#decoder = new LengthPrefixedDecoder({
      prefixBytes: FRAME_HEADER_BYTES,
      payloadBytes: (header) => payloadBytes(header, { maxFrameBytes, maxBodyBytes }),
    })
  }

  /** Bytes of an unfinished frame that are held. */
  get pendingBytes(): number {
    return this.#decoder.pendingBytes
  }

  /**
   * Takes the next bytes of the stream and hands over each frame they complete, in order, before it returns. The decoder keeps
   * views of `chunk`: it must not be written to again. Throws PROTOCOL_ERROR, after the good frames before the bad one. `onFrame`
   * must not throw: the rest of the chunk would be lost.
   */
  push(chunk: Uint8Array, onFrame: (frame: Frame) => void): void {
    this.#decoder.push(chunk, (payload, header) => {
      const bodyLength = header.readUInt32BE(BODY_LENGTH_BYTES)
      onFrame({ body: payload.subarray(0, bodyLength), attachments: payload.subarray(bodyLength) })
    })
  }
}

/** Bytes that follow a header. Throws PROTOCOL_ERROR for lengths that are over a limit or contradict each other. */
function payloadBytes(header: Buffer, limits: { readonly maxFrameBytes: number; readonly maxBodyBytes: number }): number {
  const frameLength = header.readUInt32BE(0)
  const bodyLength = header.readUInt32BE(BODY_LENGTH_BYTES)
  const frameBytes = frameLength + BODY_LENGTH_BYTES
  if (frameBytes > limits.maxFrameBytes) {
    throw new KafkaError('PROTOCOL_ERROR', `A frame of ${frameBytes} bytes is over the limit of ${limits.maxFrameBytes}.`)
  }
  if (bodyLength === 0 || bodyLength > frameLength - BODY_LENGTH_BYTES) {
    throw new KafkaError('PROTOCOL_ERROR', `A body of ${bodyLength} bytes does not fit a frame length of ${frameLength}.`)
  }
  if (bodyLength > limits.maxBodyBytes) {
    throw new KafkaError('PROTOCOL_ERROR', `A body of ${bodyLength} bytes is over the limit of ${limits.maxBodyBytes}.`)
  }
  return frameLength - BODY_LENGTH_BYTES
}
