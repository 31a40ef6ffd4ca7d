import { expect, it } from 'vitest'
import { AttachmentReader } from './attachments.ts'

const attachments = Uint8Array.of(1, 2, 3, 4, 5)

it('hands out views in order', () => {
  const reader = new AttachmentReader(attachments)
  expect(reader.take(2)).toEqual(Uint8Array.of(1, 2))
  expect(reader.take(0)).toHaveLength(0)
  const rest = reader.take(3)
  expect(rest).toEqual(Uint8Array.of(3, 4, 5))
  expect(rest.buffer).toBe(attachments.buffer)
  reader.ensureEnd()
})

it('refuses a body that names more bytes than there are, or fewer', () => {
  const reader = new AttachmentReader(attachments)
  expect(() => reader.take(6)).toThrow(expect.objectContaining({ code: 'PROTOCOL_ERROR' }))
  reader.take(4)
  expect(() => reader.ensureEnd()).toThrow('1 bytes of attachments are left')
})
