import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeGroupRecord, encodeGroupRecord, type GroupRecord } from './group-records.ts'
import { RecordFormatError } from './record-format-error.ts'

const text = fc.oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 20 }))
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const int64 = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -1, max: 5 }))
const bytes = fc.uint8Array({ maxLength: 300 })

const offset = fc.record({ offset: int64, leaderEpoch: int32, metadata: text, commitTimestampMs: int64, expireTimestampMs: int64 })
const member = fc.record({
  memberId: text,
  groupInstanceId: fc.option(text),
  clientId: text,
  clientHost: text,
  rebalanceTimeoutMs: int32,
  sessionTimeoutMs: int32,
  subscription: bytes,
  assignment: bytes,
})
const group = fc.record({
  protocolType: text,
  generationId: int32,
  protocolName: fc.option(text),
  leaderId: fc.option(text),
  stateTimestampMs: int64,
  members: fc.array(member, { maxLength: 5 }),
})
const record: fc.Arbitrary<GroupRecord> = fc.oneof(
  fc.record({ type: fc.constant('offset' as const), groupId: text, topic: text, partition: int32, value: fc.option(offset) }),
  fc.record({ type: fc.constant('group' as const), groupId: text, value: fc.option(group) }),
)

/** What comes back: a value with an expiry of its own has no room for a leader epoch. */
function asRead(written: GroupRecord): GroupRecord {
  if (written.type === 'group' || written.value === null || written.value.expireTimestampMs === -1) return written
  return { ...written, value: { ...written.value, leaderEpoch: -1 } }
}

describe('records of groups', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(record, (written) => {
        const { key, value } = encodeGroupRecord(written)
        expect(decodeGroupRecord(key, value)).toEqual(asRead(written))
      }),
    )
  })

  it('are understood or refused, whatever became of their bytes', () => {
    fc.assert(
      fc.property(record, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean(), (written, at, byte, isCut) => {
        const { key, value } = encodeGroupRecord(written)
        const damaged = Uint8Array.from(value ?? key)
        damaged[at % damaged.length] = byte
        const bytesLeft = isCut ? damaged.subarray(0, at % damaged.length) : damaged
        try {
          decodeGroupRecord(value === null ? bytesLeft : key, value === null ? null : bytesLeft)
        } catch (error) {
          expect(error).toBeInstanceOf(RecordFormatError)
        }
      }),
      { numRuns: 500 },
    )
  })
})
