import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { encodeFrame, FRAME_HEADER_BYTES, type Frame, FrameDecoder } from './frame.ts'

function headed(body: Uint8Array): Uint8Array {
  return Buffer.concat([new Uint8Array(FRAME_HEADER_BYTES), body])
}

function bytesOfFrame(bodyBytes: number, attachmentBytes: number): Buffer {
  return Buffer.concat(encodeFrame(headed(Buffer.alloc(bodyBytes, 1)), [Buffer.alloc(attachmentBytes, 2)]))
}

function headerOf(frameLength: number, bodyLength: number): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES)
  header.writeUInt32BE(frameLength, 0)
  header.writeUInt32BE(bodyLength, 4)
  return header
}

function refused(header: Buffer, options = {}): unknown {
  try {
    new FrameDecoder(options).push(header, () => {})
  } catch (error) {
    return error
  }
  return undefined
}

describe('FrameDecoder', () => {
  it('gives views of the chunk when a frame lies within it', () => {
    const chunk = bytesOfFrame(100, 200_000)
    const frames: Frame[] = []
    new FrameDecoder().push(chunk, (frame) => frames.push(frame))
    expect(frames[0]?.body.buffer).toBe(chunk.buffer)
    expect(frames[0]?.attachments.buffer).toBe(chunk.buffer)
  })

  it('gives views of the chunk also when only the header came before it', () => {
    const bytes = bytesOfFrame(10, 20)
    const decoder = new FrameDecoder()
    const frames: Frame[] = []
    decoder.push(bytes.subarray(0, FRAME_HEADER_BYTES), (frame) => frames.push(frame))
    const rest = Uint8Array.from(bytes.subarray(FRAME_HEADER_BYTES))
    decoder.push(rest, (frame) => frames.push(frame))
    expect(frames[0]?.body.buffer).toBe(rest.buffer)
  })

  it('puts a larger frame together in one buffer of exactly its size', () => {
    const bytes = bytesOfFrame(1_000, 1_048_576)
    const decoder = new FrameDecoder()
    const frames: Frame[] = []
    for (let position = 0; position < bytes.length; position += 65_536) {
      decoder.push(bytes.subarray(position, position + 65_536), (frame) => frames.push(frame))
    }
    const [frame] = frames
    expect(frames).toHaveLength(1)
    expect(frame?.body.buffer).toBe(frame?.attachments.buffer)
    expect(frame?.body.buffer.byteLength).toBe(1_000 + 1_048_576)
    expect(Buffer.compare(frame?.attachments as Uint8Array, Buffer.alloc(1_048_576, 2))).toBe(0)
    expect(decoder.pendingBytes).toBe(0)
  })

  it('refuses a frame or a body over its limit as soon as the header is there', () => {
    expect(refused(headerOf(17_000_000, 10))).toMatchObject({ code: 'PROTOCOL_ERROR' })
    expect(refused(headerOf(0xffffffff, 10))).toMatchObject({ code: 'PROTOCOL_ERROR' })
    expect(refused(headerOf(97, 93), { maxFrameBytes: 100 })).toMatchObject({ code: 'PROTOCOL_ERROR' })
    expect(refused(headerOf(96, 92), { maxFrameBytes: 100 })).toBeUndefined()
    expect(refused(headerOf(96, 51), { maxBodyBytes: 50 })).toMatchObject({ code: 'PROTOCOL_ERROR' })
    expect(refused(headerOf(96, 50), { maxBodyBytes: 50 })).toBeUndefined()
  })

  it('refuses lengths that contradict each other', () => {
    for (const [frameLength, bodyLength] of [
      [0, 0],
      [3, 1],
      [4, 0],
      [4, 1],
      [100, 97],
      [100, 0],
      [100, 0xffffffff],
    ] as const) {
      expect(refused(headerOf(frameLength, bodyLength))).toMatchObject({ code: 'PROTOCOL_ERROR' })
    }
  })

  it('hands over the good frames before it refuses a bad one', () => {
    const frames: Frame[] = []
    const chunk = Buffer.concat([bytesOfFrame(1, 0), bytesOfFrame(2, 0), headerOf(4, 9)])
    expect(() => new FrameDecoder().push(chunk, (frame) => frames.push(frame))).toThrow(expect.objectContaining({ code: 'PROTOCOL_ERROR' }))
    expect(frames.map((frame) => frame.body.length)).toEqual([1, 2])
  })

  it('allocates no more than what arrived allows for', () => {
    const decoders = Array.from({ length: 500 }, () => new FrameDecoder())
    const before = process.memoryUsage().arrayBuffers
    for (const decoder of decoders) decoder.push(Buffer.concat([headerOf(16_000_000, 100), new Uint8Array(50)]), () => {})
    // 500 announced frames are 8 GB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(500 * 64 * 1024)
    expect(decoders[0]?.pendingBytes).toBe(FRAME_HEADER_BYTES + 50)
  })

  it('holds a frame that trickles in byte by byte in about its size', () => {
    const decoder = new FrameDecoder()
    decoder.push(headerOf(16_000_000, 100), () => {})
    const before = process.memoryUsage()
    for (let index = 0; index < 1_000_000; index++) decoder.push(new Uint8Array(new ArrayBuffer(1)), () => {})
    globalThis.gc?.()
    expect(decoder.pendingBytes).toBe(FRAME_HEADER_BYTES + 1_000_000)
    expect(process.memoryUsage().heapUsed - before.heapUsed).toBeLessThan(64 * 1024 * 1024)
  })
})
