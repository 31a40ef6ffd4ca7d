import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { decodeMsgpack, encodeMsgpack, MAX_DEPTH } from './msgpack.ts'

function decodeHex(hex: string): unknown {
  return decodeMsgpack(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}

function nested(depth: number): Uint8Array {
  return Buffer.concat([Buffer.alloc(depth, 0x91), Uint8Array.of(0xc0)])
}

const refused: [string, string][] = [
  ['nothing', ''],
  ['a second value', '01 02'],
  ['a map', '81 a1 61 01'],
  ['a map of 16 bits', 'de 0001 a1 61 01'],
  ['a map of 32 bits', 'df 00000001 a1 61 01'],
  ['the unused tag', 'c1'],
  ['an extension of fixed size', 'd4 01 00'],
  ['a timestamp', 'd6 ff 00000000'],
  ['an extension of 8 bits', 'c7 01 00 00'],
  ['an extension of 32 bits', 'c9 00000001 00 00'],
  ['an array without its elements', '92 01'],
  ['an array of 4 billion', 'dd ffffffff'],
  ['bytes of 4 billion', 'c6 ffffffff 00'],
  ['text of 4 billion', 'db ffffffff 61'],
  ['a length cut short', 'c5 00'],
  ['a number cut short', 'cb 0000'],
  ['text that is not UTF-8', 'a2 c3 28'],
  ['an encoded surrogate', 'a3 ed a0 80'],
  ['an overlong NUL', 'a2 c0 80'],
  ['text cut within a character', 'a1 c3'],
]

describe('decodeMsgpack', () => {
  it.each(refused)('refuses %s', (_what, hex) => {
    expect(() => decodeHex(hex)).toThrow(expect.objectContaining({ code: 'PROTOCOL_ERROR' }))
  })

  it('reads every form that the protocol uses', () => {
    const forms = '9e c0 c2 c3 7f e0 cc ff cd ffff ce ffffffff d0 80 d1 8000 d2 80000000 ca 3f000000 cb 3fe0000000000000 d9 01 61'
    const expected = [null, false, true, 127, -32, 255, 65_535, 2 ** 32 - 1, -128, -32_768, -(2 ** 31), 0.5, 0.5, 'a']
    expect(decodeHex(forms)).toEqual(expected)
    expect(decodeHex('95 cf 001fffffffffffff d3 ffe0000000000001 c4 02 0102 da 0002 c3a9 dc 0001 00')).toEqual([
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      Buffer.of(1, 2),
      'é',
      [0],
    ])
  })

  it('takes arrays as deep as its limit and refuses deeper ones, however deep', () => {
    expect(() => decodeMsgpack(nested(MAX_DEPTH))).not.toThrow()
    for (const depth of [MAX_DEPTH + 1, 100_000, 1_000_000]) expect(() => decodeMsgpack(nested(depth))).toThrow('deep')
  })

  it('refuses a body that would cost far more memory than its bytes', () => {
    const emptyArrays = Buffer.concat([Buffer.from('dd00100000', 'hex'), Buffer.alloc(2 ** 20, 0x90)])
    const emptyBytes = Buffer.concat([Buffer.from('dd00080000', 'hex'), Buffer.from('c400'.repeat(2 ** 19), 'hex')])
    for (const bomb of [emptyArrays, emptyBytes]) expect(() => decodeMsgpack(bomb)).toThrow('cost in memory')
  })

  it('refuses an integer that a double cannot hold only where a field needs it', () => {
    expect(decodeHex('cf ffffffffffffffff')).toBe(2 ** 64)
  })
})

describe('encodeMsgpack', () => {
  it('leaves room in front', () => {
    const encoded = encodeMsgpack([1], 8)
    expect(encoded.length).toBe(10)
    expect(decodeMsgpack(encoded.subarray(8))).toEqual([1])
  })

  it('writes large integers so that they come back', () => {
    for (const value of [2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 40 + 3, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
      expect(decodeMsgpack(encodeMsgpack(value, 0))).toBe(value)
    }
  })
})
