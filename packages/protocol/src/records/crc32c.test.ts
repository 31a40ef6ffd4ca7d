import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc32c, crc32cJavaScript, isCrc32cNative } from './crc32c.ts'

// RFC 3720, appendix B.4, and the usual check value.
const PUBLISHED: readonly (readonly [string, Uint8Array, number])[] = [
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  ['32 zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['rising bytes', Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
]

describe('crc32c', () => {
  test.each(PUBLISHED)('has the published value of %s', (_name, bytes, crc) => {
    expect(crc32c(bytes, 0, bytes.length)).toBe(crc)
    expect(crc32cJavaScript(bytes, 0, bytes.length)).toBe(crc)
  })

  test.runIf(isCrc32cNative)('gives the same in JavaScript and in the native accelerator, over any range and seed', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 500, maxLength: 3000 }),
        fc.nat(),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        (bytes, cut, seed) => {
          const start = cut % (bytes.length - 300)
          expect(crc32c(bytes, start, bytes.length, seed)).toBe(crc32cJavaScript(bytes, start, bytes.length, seed))
        },
      ),
    )
  })

  test('of two parts, the first as the seed of the second, is that of the whole', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1000 }), fc.nat(), (bytes, cut) => {
        const middle = cut % (bytes.length + 1)
        const whole = crc32c(bytes, 0, bytes.length)
        expect(crc32c(bytes, middle, bytes.length, crc32c(bytes, 0, middle))).toBe(whole)
      }),
    )
  })
})
