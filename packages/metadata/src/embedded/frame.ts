import { ByteWriter } from './byte-writer.ts'
import { crc32c } from './crc32c.ts'

/**
 * A frame is what is written, and read, in one piece:
 *
 * | bytes | what |
 * |---|---|
 * | 4 | CRC-32C of everything after it |
 * | 4 | length of the payload |
 * | 8 | position of the frame in its file: a copy of a frame elsewhere (as a value, say) is not taken for one |
 * | n | payload |
 */
const CRC_BYTES = 4
const LENGTH_AT = 4
const POSITION_AT = 8
export const FRAME_HEADER_BYTES = 16

export interface Frame {
  /** A view of the file's bytes. */
  readonly payload: Uint8Array
  /** The position after it. */
  readonly end: number
}

/** The frame at `position` of a file, with the payload that `write` writes. The bytes are the caller's. */
export function encodeFrame(position: number, write: (writer: ByteWriter) => void): Buffer {
  const writer = new ByteWriter()
  writer.uint32(0)
  writer.uint32(0)
  writer.uint64(position)
  write(writer)
  writer.patchUint32(LENGTH_AT, writer.length - FRAME_HEADER_BYTES)
  writer.patchUint32(0, crc32c(writer.written(), CRC_BYTES, writer.length))
  return writer.written()
}

/** The frame at `position`; undefined when there is no whole one. */
export function readFrame(file: Buffer, position: number): Frame | undefined {
  if (position + FRAME_HEADER_BYTES > file.length) return undefined
  const isInPlace = file.readUInt32BE(position + POSITION_AT) * 2 ** 32 + file.readUInt32BE(position + POSITION_AT + 4) === position
  const end = position + FRAME_HEADER_BYTES + file.readUInt32BE(position + LENGTH_AT)
  if (!isInPlace || end > file.length) return undefined
  if (crc32c(file, position + CRC_BYTES, end) !== file.readUInt32BE(position)) return undefined
  return { payload: file.subarray(position + FRAME_HEADER_BYTES, end), end }
}

/** The position of the first whole frame after `position`, if any. */
export function findFrameAfter(file: Buffer, position: number): number | undefined {
  for (let at = position + 1; at + FRAME_HEADER_BYTES <= file.length; at++) {
    if (readFrame(file, at) !== undefined) return at
  }
  return undefined
}
