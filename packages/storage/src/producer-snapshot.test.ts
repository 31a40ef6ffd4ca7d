import { Buffer } from 'node:buffer'
import { crc32c } from '@kafka-ts/protocol/records'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeProducerSnapshot, encodeProducerSnapshot, type SnapshotProducer } from './producer-snapshot.ts'

const run = fc.record({
  producerEpoch: fc.nat(32_767),
  baseSequence: fc.nat(2 ** 31 - 1),
  baseOffset: fc.nat(2 ** 31),
  nextOffset: fc.integer({ min: 2 ** 31 + 1, max: 2 ** 32 }),
  lastBatchRecords: fc.integer({ min: 1, max: 2 ** 20 }),
  timestamp: fc.integer({ min: -1, max: 2 ** 45 }),
  logAppendTimeMs: fc.integer({ min: -1, max: 2 ** 45 }),
})
const producer: fc.Arbitrary<SnapshotProducer> = fc.record({
  producerId: fc.nat(Number.MAX_SAFE_INTEGER),
  idleMs: fc.nat(2 ** 40),
  isEpochWhole: fc.boolean(),
  runs: fc.array(run, { minLength: 1, maxLength: 5 }),
})

const example: SnapshotProducer = {
  producerId: 4001,
  idleMs: 17,
  isEpochWhole: true,
  runs: [
    { producerEpoch: 2, baseSequence: 100, baseOffset: 500, nextOffset: 510, lastBatchRecords: 10, timestamp: 1_000, logAppendTimeMs: -1 },
    { producerEpoch: 3, baseSequence: 0, baseOffset: 600, nextOffset: 609, lastBatchRecords: 4, timestamp: 2_000, logAppendTimeMs: -1 },
  ],
}

describe('a producer snapshot', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.array(producer, { maxLength: 5 }), (producers) => {
        expect(decodeProducerSnapshot(encodeProducerSnapshot({ producers }))).toEqual({ producers })
      }),
    )
  })

  it("begins with what Kafka's ProducerStateManager reads: the newest batch of each producer", () => {
    const bytes = Buffer.from(encodeProducerSnapshot({ producers: [example] }))
    expect(bytes.readInt16BE(0)).toBe(1)
    expect(bytes.readUInt32BE(2)).toBe(crc32c(bytes, 6, bytes.length))
    expect(bytes.readInt32BE(6)).toBe(1)
    expect(bytes.readBigInt64BE(10)).toBe(4001n)
    expect(bytes.readInt16BE(18)).toBe(3)
    expect(bytes.readInt32BE(20)).toBe(8)
    expect(bytes.readBigInt64BE(24)).toBe(608n)
    expect(bytes.readInt32BE(32)).toBe(3)
    expect(bytes.readBigInt64BE(36)).toBe(2_000n)
    expect(bytes.readInt32BE(44)).toBe(-1)
    expect(bytes.readBigInt64BE(48)).toBe(-1n)
  })

  it('that Kafka wrote has the newest batch of each producer', () => {
    const bytes = Buffer.from(encodeProducerSnapshot({ producers: [example] })).subarray(0, 56)
    bytes.writeUInt32BE(crc32c(bytes, 6, bytes.length), 2)
    const newest = { ...example.runs[1], baseSequence: 5, baseOffset: 605 }
    expect(decodeProducerSnapshot(bytes)).toEqual({ producers: [{ producerId: 4001, idleMs: 0, isEpochWhole: false, runs: [newest] }] })
  })

  it('is not taken when any bit of it is wrong or any byte is missing', () => {
    const good = encodeProducerSnapshot({ producers: [example] })
    for (let length = 0; length < good.length; length++) expect(decodeProducerSnapshot(good.subarray(0, length))).toBeUndefined()
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bad = Uint8Array.from(good)
      bad[bit >> 3]! ^= 1 << (bit & 7)
      expect(decodeProducerSnapshot(bad)).toBeUndefined()
    }
  })
})
