import { uuidToString } from '@kafka-ts/protocol'
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
const partition = fc.integer({ min: 0, max: 20 })
const topicId = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(uuidToString)
const partitionSet = fc.array(
  fc.tuple(
    topicId,
    fc.uniqueArray(partition, { minLength: 1, maxLength: 6 }).map((all) => all.sort((a, b) => a - b)),
  ),
)
const assigned = fc.array(fc.tuple(topicId, fc.uniqueArray(fc.tuple(partition, int32), { maxLength: 6, selector: ([number]) => number })))
const current = fc.record({
  memberEpoch: int32,
  previousMemberEpoch: int32,
  state: fc.constantFrom('Stable' as const, 'UnrevokedPartitions' as const, 'UnreleasedPartitions' as const, 'Unknown' as const),
  assigned: assigned.map((topics) => new Map(topics.map(([id, epochs]) => [id, new Map(epochs)]))),
  pendingRevocation: assigned.map((topics) => new Map(topics.map(([id, epochs]) => [id, new Map(epochs)]))),
})
const metadataHash = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((hash) => Buffer.from(hash).toString('hex'))
const consumerMember = fc.record({
  instanceId: fc.option(text),
  rackId: fc.option(text),
  clientId: text,
  clientHost: text,
  subscribedTopicNames: fc.array(text, { maxLength: 4 }),
  subscribedTopicRegex: fc.option(text),
  rebalanceTimeoutMs: int32,
  serverAssignor: fc.option(text),
})
const regex = fc.record({ topics: fc.array(text, { maxLength: 4 }), version: int64, timestampMs: int64 })
const ofGroup = <const Type extends string, T>(type: Type, value: fc.Arbitrary<T>) =>
  fc.record({ type: fc.constant(type), groupId: text, value: fc.option(value) })
const ofMember = <const Type extends string, T>(type: Type, value: fc.Arbitrary<T>) =>
  fc.record({ type: fc.constant(type), groupId: text, memberId: text, value: fc.option(value) })
const consumerRecord: fc.Arbitrary<GroupRecord> = fc.oneof(
  ofGroup('consumerGroup', fc.record({ epoch: int32, metadataHash })),
  ofGroup('targetEpoch', int32),
  ofMember('consumerMember', consumerMember),
  ofMember(
    'target',
    partitionSet.map((topics) => new Map(topics)),
  ),
  ofMember('currentAssignment', current),
  fc.record({ type: fc.constant('regex' as const), groupId: text, regex: text, value: fc.option(regex) }),
)
const record: fc.Arbitrary<GroupRecord> = fc.oneof(
  consumerRecord,
  fc.record({ type: fc.constant('offset' as const), groupId: text, topic: text, partition: int32, value: fc.option(offset) }),
  fc.record({ type: fc.constant('group' as const), groupId: text, value: fc.option(group) }),
)

/** What comes back: a value with an expiry of its own has no room for a leader epoch. */
function asRead(written: GroupRecord): GroupRecord {
  if (written.type !== 'offset' || written.value === null || written.value.expireTimestampMs === -1) return written
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
