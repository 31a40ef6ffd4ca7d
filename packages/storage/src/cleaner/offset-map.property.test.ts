import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OFFSET_MAP_ENTRY_BYTES, OffsetMap } from './offset-map.ts'

const BASE_OFFSET = 2 ** 40
const encode = (key: string): Uint8Array => Buffer.from(key)

describe('OffsetMap', () => {
  it('equals a map of the keys, as long as there is room', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.array(fc.tuple(fc.string({ maxLength: 20 }), fc.integer({ min: 0, max: 2 ** 31 })), { maxLength: 200 }),
        (secret, entries) => {
          const map = new OffsetMap({ maxBytes: 2 ** 20, baseOffset: BASE_OFFSET, maxKeys: 200, secret })
          const model = new Map<string, number>()
          for (const [key, offset] of entries) {
            const bytes = encode(key)
            map.put(bytes, 0, bytes.length, BASE_OFFSET + offset)
            model.set(Buffer.from(bytes).toString('hex'), BASE_OFFSET + offset)
          }
          expect(map.size).toBe(model.size)
          for (const [key] of entries) {
            const bytes = encode(key)
            expect(map.get(bytes, 0, bytes.length)).toBe(model.get(Buffer.from(bytes).toString('hex')))
          }
          expect(map.get(encode('never put anywhere'), 0, 18)).toBe(-1)
        },
      ),
    )
  })

  it('is full before its memory is, and holds what it says', () => {
    const maxBytes = 1000 * OFFSET_MAP_ENTRY_BYTES
    const map = new OffsetMap({ maxBytes, baseOffset: 0, maxKeys: 1_000_000, secret: new Uint8Array(16) })
    let count = 0
    for (; !map.isFull; count++) {
      const bytes = encode(`key-${count}`)
      map.put(bytes, 0, bytes.length, count)
    }
    expect(count).toBe(800)
    for (let number = 0; number < count; number++) {
      const bytes = encode(`key-${number}`)
      expect(map.get(bytes, 0, bytes.length)).toBe(number)
    }
  })

  it('takes no more memory than its keys can need', () => {
    const map = new OffsetMap({ maxBytes: 2 ** 40, baseOffset: 0, maxKeys: 3, secret: new Uint8Array(16) })
    for (const key of ['a', 'b', 'c']) {
      expect(map.isFull).toBe(false)
      map.put(encode(key), 0, 1, 7)
    }
    expect(map.size).toBe(3)
  })
})
