import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareKeys, lowerBound } from './key-order.ts'

const key = fc.string({
  unit: fc.oneof(fc.constantFrom('a', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'), fc.string({ unit: 'binary' })),
})

test('keys compare as their UTF-8 bytes do', () => {
  fc.assert(
    fc.property(key, key, (left, right) => {
      expect(Math.sign(compareKeys(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)))
    }),
  )
})

test('the lower bound is where a linear search would find it', () => {
  fc.assert(
    fc.property(fc.uniqueArray(key), key, (keys, wanted) => {
      const sorted = keys.sort(compareKeys)
      const found = sorted.findIndex((each) => compareKeys(each, wanted) >= 0)
      expect(lowerBound(sorted, wanted)).toBe(found === -1 ? sorted.length : found)
    }),
  )
})
