import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RecordWalker } from './record-walker.ts'
import { varintBytes, varlongBytes, writeVarint, writeVarlong } from './varint.ts'

/** Zigzag and seven bits a byte, in big integers: slow and plain. */
function expectedBytes(value: number): number[] {
  const wide = BigInt(value)
  let rest = wide < 0n ? -wide * 2n - 1n : wide * 2n
  const bytes: number[] = []
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return [...bytes, Number(rest)]
}

describe('varints', () => {
  test('of any int32 have the bytes of the definition, the size foretold, and read back', () => {
    const edges = fc.constantFrom(0, -1, 63, 64, -64, -65, 8191, 8192, 2 ** 31 - 1, -(2 ** 31) + 1)
    fc.assert(
      fc.property(fc.oneof(edges, fc.integer(), fc.integer({ min: -10_000, max: 10_000 })), (value) => {
        const bytes = new Uint8Array(5)
        const end = writeVarint(bytes, 0, value)
        expect([...bytes.subarray(0, end)]).toEqual(expectedBytes(value))
        expect(varintBytes(value)).toBe(end)
        const walker = new RecordWalker()
        expect(walker.readVarint(bytes, end)).toBe(value)
        expect(walker.position).toBe(end)
      }),
    )
  })

  test('cut short or too long are malformed', () => {
    expect(new RecordWalker().readVarint(Uint8Array.of(0x80, 0x80), 2)).toBe(-(2 ** 31))
    expect(new RecordWalker().readVarint(new Uint8Array(9).fill(0x80), 9)).toBe(-(2 ** 31))
    expect(new RecordWalker().readVarint(new Uint8Array(0), 0)).toBe(-(2 ** 31))
  })

  test('of any safe integer have the bytes of the definition and the size foretold', () => {
    const edges = fc.constantFrom(0, -1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER)
    fc.assert(
      fc.property(fc.oneof(edges, fc.maxSafeInteger(), fc.integer()), (value) => {
        const bytes = new Uint8Array(10)
        const end = writeVarlong(bytes, 0, value)
        expect([...bytes.subarray(0, end)]).toEqual(expectedBytes(value))
        expect(varlongBytes(value)).toBe(end)
      }),
    )
  })
})
