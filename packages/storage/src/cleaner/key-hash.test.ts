import { describe, expect, it } from 'vitest'
import { hashKey, hashSecret } from './key-hash.ts'

const SECRET = hashSecret(Uint8Array.from({ length: 16 }, (_, index) => index))

function hashOf(bytes: Uint8Array, secret = SECRET, start = 0, end = bytes.length): string {
  const hash = new Int32Array(4)
  hashKey(bytes, start, end, secret, hash)
  return Buffer.from(hash.buffer).toString('hex')
}

const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index)

describe('hashKey', () => {
  it("gives the reference's results for SipHash-2-4-128", () => {
    expect(hashOf(counting(0))).toBe('a3817f04ba25a8e66df67214c7550293')
    expect(hashOf(counting(1))).toBe('da87c1d86b99af44347659119b22fc45')
    expect(hashOf(counting(15))).toBe('5493e99933b0a8117e08ec0f97cfc3d9')
  })

  it('looks at exactly the bytes it is given', () => {
    const padded = Uint8Array.from([9, 9, ...counting(15), 9])
    expect(hashOf(padded, SECRET, 2, 17)).toBe(hashOf(counting(15)))
    for (let at = 0; at < 15; at++) {
      const changed = counting(15)
      changed[at]! ^= 1
      expect(hashOf(changed)).not.toBe(hashOf(counting(15)))
    }
  })

  it('depends on the secret', () => {
    expect(hashOf(counting(15), hashSecret(new Uint8Array(16)))).not.toBe(hashOf(counting(15)))
  })
})
