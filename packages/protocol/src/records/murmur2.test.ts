import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { murmur2, murmur2OfString, partitionForKey } from './murmur2.ts'

// The values that Apache Kafka's own tests of Utils.murmur2 publish.
const PUBLISHED: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
]

describe('murmur2', () => {
  test.each(PUBLISHED)('hashes %s as the Java client does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash)
    expect(murmur2OfString(text)).toBe(hash)
  })

  test('hashes a string as its UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(murmur2OfString(text)).toBe(murmur2(Buffer.from(text)))
      }),
    )
  })
})

describe('partitionForKey', () => {
  test('takes the hash without its sign bit, modulo the partitions', () => {
    expect(partitionForKey('21', 6)).toBe((-973932308 & 0x7fffffff) % 6)
    expect(partitionForKey(Buffer.from('21'), 6)).toBe(partitionForKey('21', 6))
  })
})
