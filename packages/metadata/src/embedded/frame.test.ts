import { expect, test } from 'vitest'
import { encodeFrame, FRAME_HEADER_BYTES, findFrameAfter, readFrame } from './frame.ts'

const frame = (position: number, text: string): Buffer => encodeFrame(position, (writer) => writer.string(text))

test('a frame has the layout that is documented', () => {
  // CRC-32C of 0x00000005 0x0000000000000000 0x00000001 0x61, worked out apart from this code by RFC 3720.
  expect(frame(0, 'a').toString('hex')).toBe('5b145d50 00000005 0000000000000000 0000000161'.replaceAll(' ', ''))
})

test('a frame is whole only where it was written for', () => {
  const bytes = Buffer.concat([frame(0, 'first'), frame(25, 'second')])
  expect(readFrame(bytes, 0)?.end).toBe(FRAME_HEADER_BYTES + 9)
  expect(readFrame(bytes, 25)?.end).toBe(bytes.length)
  expect(readFrame(bytes.subarray(25), 0)).toBeUndefined()
})

test('no part of a frame is taken for it', () => {
  const bytes = frame(0, 'whole')
  for (let length = 0; length < bytes.length; length++) expect(readFrame(bytes.subarray(0, length), 0)).toBeUndefined()
})

test('a whole frame is found behind damage, but not the copy of one inside a value', () => {
  const copy = frame(0, 'copied')
  const holder = encodeFrame(0, (writer) => writer.bytes(copy))
  const damaged = Buffer.from(holder)
  damaged[0] = (damaged[0] ?? 0) ^ 1
  expect(findFrameAfter(damaged, 0)).toBeUndefined()
  const following = Buffer.concat([damaged, frame(damaged.length, 'next')])
  expect(findFrameAfter(following, 0)).toBe(damaged.length)
})
