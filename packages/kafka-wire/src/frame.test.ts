import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_MAX_KAFKA_FRAME_BYTES, KafkaFrameDecoder } from './frame.ts'

function framed(payload: Uint8Array): Buffer {
  return Buffer.concat([sizeOf(payload.length), payload])
}

function sizeOf(bytes: number): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(bytes)
  return size
}

function refusalOf(bytes: number, options = {}): unknown {
  try {
    new KafkaFrameDecoder(options).push(sizeOf(bytes), () => {})
  } catch (error) {
    return error
  }
  return undefined
}

describe('KafkaFrameDecoder', () => {
  it('gives a view of the chunk when a frame lies within it', () => {
    const chunk = Buffer.concat([framed(Buffer.alloc(100, 1)), framed(Buffer.alloc(50, 2))])
    const frames: Uint8Array[] = []
    new KafkaFrameDecoder().push(chunk, (frame) => frames.push(frame))
    expect(frames.map((frame) => [frame.length, frame[0], frame.buffer === chunk.buffer])).toEqual([
      [100, 1, true],
      [50, 2, true],
    ])
  })

  it('gives back every frame however the stream is cut', () => {
    const payload = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 60 }),
      fc.integer({ min: 4, max: 300_000 }).map((length) => new Uint8Array(length).fill(length)),
    )
    const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1_000, max: 70_000 })), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 4 }), cuts, (payloads, sizes) => {
        fc.pre(payloads.reduce((sum, { length }) => sum + length, 0) / Math.max(...sizes) < 20_000)
        const stream = Buffer.concat(payloads.map(framed))
        const decoder = new KafkaFrameDecoder()
        const frames: Uint8Array[] = []
        for (let position = 0, turn = 0; position < stream.length; turn++) {
          const size = sizes[turn % sizes.length] as number
          decoder.push(Uint8Array.from(stream.subarray(position, position + size)), (frame) => frames.push(frame))
          position += size
        }
        expect(frames.length).toBe(payloads.length)
        expect(frames.every((frame, index) => Buffer.compare(frame, payloads[index] as Uint8Array) === 0)).toBe(true)
        expect(decoder.pendingBytes).toBe(0)
      }),
      { numRuns: 100 },
    )
  })

  it('refuses a frame over its limit, or too short for a header, as soon as the size is there', () => {
    for (const bytes of [0, 3, DEFAULT_MAX_KAFKA_FRAME_BYTES + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
      expect(refusalOf(bytes)).toMatchObject({ code: 'PROTOCOL_ERROR' })
    }
    expect(refusalOf(4)).toBeUndefined()
    expect(refusalOf(DEFAULT_MAX_KAFKA_FRAME_BYTES)).toBeUndefined()
    expect(refusalOf(101, { maxFrameBytes: 100 })).toMatchObject({ code: 'PROTOCOL_ERROR' })
  })

  it('allocates no more than what arrived allows for', () => {
    const before = process.memoryUsage().arrayBuffers
    for (let index = 0; index < 500; index++)
      new KafkaFrameDecoder().push(Buffer.concat([sizeOf(100_000_000), new Uint8Array(50)]), () => {})
    // 500 announced frames are 50 GB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(500 * 64 * 1024)
  })
})
