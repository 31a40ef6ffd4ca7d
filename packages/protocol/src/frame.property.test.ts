import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { KafkaError } from './errors.ts'
import { encodeFrame, FRAME_HEADER_BYTES, FrameDecoder } from './frame.ts'

const plainFrame = fc.record({ body: fc.uint8Array({ minLength: 1, maxLength: 50 }), attachments: fc.uint8Array({ maxLength: 50 }) })
/** Large enough to be put together from held chunks. */
const largeFrame = fc
  .record({ bodyBytes: fc.integer({ min: 1, max: 300_000 }), attachmentBytes: fc.integer({ min: 0, max: 300_000 }), seed: fc.nat() })
  .map(({ bodyBytes, attachmentBytes, seed }) => ({
    body: Uint8Array.from({ length: bodyBytes }, (_, index) => (index * 31 + seed) & 0xff),
    attachments: Uint8Array.from({ length: attachmentBytes }, (_, index) => (index * 17 + seed) & 0xff),
  }))

interface Plain {
  readonly body: Uint8Array
  readonly attachments: Uint8Array
}

function expectFrames(frames: readonly Plain[], chunkSizes: readonly number[]): void {
  const stream = Buffer.concat(
    frames.flatMap(({ body, attachments }) => encodeFrame(Buffer.concat([new Uint8Array(FRAME_HEADER_BYTES), body]), [attachments])),
  )
  const decoder = new FrameDecoder()
  const received: Plain[] = []
  for (let position = 0, turn = 0; position < stream.length; turn++) {
    const size = chunkSizes[turn % chunkSizes.length] as number
    decoder.push(Uint8Array.from(stream.subarray(position, position + size)), (frame) => received.push(frame))
    position += size
  }
  expect(received).toHaveLength(frames.length)
  for (const [index, frame] of received.entries()) {
    expect(Buffer.compare(frame.body, (frames[index] as Plain).body)).toBe(0)
    expect(Buffer.compare(frame.attachments, (frames[index] as Plain).attachments)).toBe(0)
  }
  expect(decoder.pendingBytes).toBe(0)
}

it('gives back every frame however the stream is cut', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 })
  fc.assert(fc.property(fc.array(plainFrame, { maxLength: 6 }), sizes, expectFrames), { numRuns: 300 })
})

it('gives back large frames however the stream is cut', () => {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 500, max: 5_000 }), fc.integer({ min: 5_000, max: 70_000 })), {
    minLength: 1,
    maxLength: 5,
  })
  fc.assert(fc.property(fc.array(largeFrame, { maxLength: 2 }), sizes, expectFrames), { numRuns: 40 })
})

it('answers any bytes with frames, with silence or with a KafkaError', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (chunks) => {
      const decoder = new FrameDecoder({ maxFrameBytes: 64 })
      try {
        for (const chunk of chunks) decoder.push(chunk, (frame) => expect(frame.body.length).toBeGreaterThan(0))
      } catch (error) {
        expect(error).toBeInstanceOf(KafkaError)
      }
      expect(decoder.pendingBytes).toBeLessThanOrEqual(64)
    }),
    { numRuns: 1_000 },
  )
})
