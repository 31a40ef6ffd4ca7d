import { expect, it } from 'vitest'
import { uuidFromString, uuidToString, ZERO_UUID } from './uuid.ts'

it('writes a uuid as Kafka does', () => {
  expect(uuidToString(ZERO_UUID)).toBe('AAAAAAAAAAAAAAAAAAAAAA')
  expect(uuidToString(new Uint8Array(16).fill(0xff))).toBe('_____________________w')
})

it('reads back what it wrote, also from a view', () => {
  const buffer = Uint8Array.from({ length: 48 }, (_, index) => index * 5)
  const id = buffer.subarray(16, 32)
  expect(uuidFromString(uuidToString(id))).toEqual(id)
})

it('refuses every other text', () => {
  for (const text of [
    '',
    'AAAA',
    'AAAAAAAAAAAAAAAAAAAAAB',
    'AAAAAAAAAAAAAAAAAAAAA+',
    '00000000-0000-0000-0000-000000000000',
    'AAAAAAAAAAAAAAAAAAAAAAA',
  ]) {
    expect(() => uuidFromString(text)).toThrow('is not a uuid')
  }
})
