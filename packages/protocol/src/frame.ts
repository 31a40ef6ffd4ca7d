import { Buffer } from 'node:buffer'
import { KafkaError } from './errors.ts'

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
/** A buffer for a whole frame is made when this share of it has arrived, so that a length alone costs a peer's victim nothing. */
const ALLOCATION_FACTOR = 8
/** Frames up to this size get their buffer at once. */
const EAGER_ALLOCATION_BYTES = 64 * 1024
/** Chunks below this size are gathered in blocks while they wait: a Buffer object for each byte would cost a hundred times the byte. */
const SMALL_CHUNK_BYTES = 4 * 1024
const GATHER_BLOCK_BYTES = 2 * SMALL_CHUNK_BYTES

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
  readonly #maxFrameBytes: number
  readonly #maxBodyBytes: number
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES)
  #headerFilled = 0
  /** The frame under way, once its header is complete. */
  #assembly: FrameAssembly | undefined

  constructor(options: { readonly maxFrameBytes?: number; readonly maxBodyBytes?: number } = {}) {
    this.#maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES
    this.#maxBodyBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES
  }

  /** Bytes of an unfinished frame that are held. */
  get pendingBytes(): number {
    return this.#headerFilled + (this.#assembly?.receivedBytes ?? 0)
  }

  /**
   * Takes the next bytes of the stream and hands over each frame they complete, in order, before it returns. The decoder keeps
   * views of `chunk`: it must not be written to again. Throws PROTOCOL_ERROR, after the good frames before the bad one. `onFrame`
   * must not throw: the rest of the chunk would be lost.
   */
  push(chunk: Uint8Array, onFrame: (frame: Frame) => void): void {
    let position = 0
    while (position < chunk.length) {
      if (this.#assembly === undefined) {
        position = this.#readHeader(chunk, position)
        if (this.#headerFilled < FRAME_HEADER_BYTES) return
        this.#assembly = this.#openAssembly()
        if (position === chunk.length) return
      }
      const assembly = this.#assembly
      const end = Math.min(chunk.length, position + assembly.missingBytes)
      assembly.add(chunk.subarray(position, end))
      position = end
      if (assembly.missingBytes > 0) return
      this.#assembly = undefined
      this.#headerFilled = 0
      onFrame(assembly.finish())
    }
  }

  #readHeader(chunk: Uint8Array, position: number): number {
    const end = Math.min(chunk.length, position + FRAME_HEADER_BYTES - this.#headerFilled)
    for (let index = position; index < end; index++) this.#header[this.#headerFilled++] = chunk[index] as number
    return end
  }

  #openAssembly(): FrameAssembly {
    const frameLength = this.#header.readUInt32BE(0)
    const bodyLength = this.#header.readUInt32BE(BODY_LENGTH_BYTES)
    if (frameLength + BODY_LENGTH_BYTES > this.#maxFrameBytes) {
      throw new KafkaError(
        'PROTOCOL_ERROR',
        `A frame of ${frameLength + BODY_LENGTH_BYTES} bytes is over the limit of ${this.#maxFrameBytes}.`,
      )
    }
    if (bodyLength === 0 || bodyLength > frameLength - BODY_LENGTH_BYTES) {
      throw new KafkaError('PROTOCOL_ERROR', `A body of ${bodyLength} bytes does not fit a frame length of ${frameLength}.`)
    }
    if (bodyLength > this.#maxBodyBytes) {
      throw new KafkaError('PROTOCOL_ERROR', `A body of ${bodyLength} bytes is over the limit of ${this.#maxBodyBytes}.`)
    }
    return new FrameAssembly(frameLength - BODY_LENGTH_BYTES, bodyLength)
  }
}

/** One frame while its bytes arrive: body and attachments, without the header. */
class FrameAssembly {
  readonly #totalBytes: number
  readonly #bodyBytes: number
  /** Chunks that wait until enough has arrived for `#target` to be made. */
  readonly #held: Uint8Array[] = []
  /** The frame's own buffer. */
  #target: Uint8Array | undefined
  /** The block that small chunks are gathered in; the last of `#held` is the part of it in use. */
  #block: Uint8Array | undefined
  #blockFilled = 0
  receivedBytes = 0

  constructor(totalBytes: number, bodyBytes: number) {
    this.#totalBytes = totalBytes
    this.#bodyBytes = bodyBytes
  }

  get missingBytes(): number {
    return this.#totalBytes - this.receivedBytes
  }

  add(part: Uint8Array): void {
    const position = this.receivedBytes
    this.receivedBytes += part.length
    if (this.#target !== undefined) {
      this.#target.set(part, position)
    } else if (part.length === this.#totalBytes) {
      this.#target = part
    } else if (this.#totalBytes <= Math.max(EAGER_ALLOCATION_BYTES, this.receivedBytes * ALLOCATION_FACTOR)) {
      this.#target = this.#assembleInto(Buffer.allocUnsafeSlow(this.#totalBytes))
      this.#target.set(part, position)
    } else {
      this.#hold(part)
    }
  }

  finish(): Frame {
    const target = this.#target as Uint8Array
    return { body: target.subarray(0, this.#bodyBytes), attachments: target.subarray(this.#bodyBytes) }
  }

  #assembleInto(target: Uint8Array): Uint8Array {
    let position = 0
    for (const chunk of this.#held) {
      target.set(chunk, position)
      position += chunk.length
    }
    this.#held.length = 0
    this.#block = undefined
    return target
  }

  #hold(part: Uint8Array): void {
    if (part.length >= SMALL_CHUNK_BYTES) {
      this.#block = undefined
      this.#held.push(part)
      return
    }
    if (this.#block === undefined || this.#blockFilled + part.length > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(GATHER_BLOCK_BYTES)
      this.#blockFilled = 0
      this.#held.push(this.#block.subarray(0, 0))
    }
    this.#block.set(part, this.#blockFilled)
    this.#blockFilled += part.length
    this.#held[this.#held.length - 1] = this.#block.subarray(0, this.#blockFilled)
  }
}
