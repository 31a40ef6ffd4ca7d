import { uuidToString } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { NO_HASH } from './consumer-records.ts'
import { decodeGroupRecord, encodeGroupRecord, type GroupRecord } from './group-records.ts'
import { RecordFormatError } from './record-format-error.ts'

const fromHex = (text: string): Uint8Array => Buffer.from(text.replace(/\s/g, ''), 'hex')
const toHex = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString('hex'))
const spaceless = (text: string): string => text.replace(/\s/g, '')

// Laid out by hand from Kafka's OffsetCommitKey/Value.json and GroupMetadataKey/Value.json.
const offsetKey = '0001  0001 67  0001 74  00000005'
const offsetValue3 = '0003  000000000000002a  00000007  0002 6d64  0000018bcfe56800'
const groupKey = '0002  0001 67'
const groupValue3 = `
  0003  0008 636f6e73756d6572  00000003  0005 72616e6765  0002 6d31  0000018bcfe56800
  00000001  0002 6d31  0001 69  0001 63  0002 2f68  0000ea60  00002710  00000002 aabb  00000001 cc`
const TOPIC_ID = uuidToString(new Uint8Array(16).fill(0x11))
const commitTimestampMs = 1_700_000_000_000

const offset = { offset: 42, leaderEpoch: 7, metadata: 'md', commitTimestampMs, expireTimestampMs: -1 }
const group = {
  protocolType: 'consumer',
  generationId: 3,
  protocolName: 'range',
  leaderId: 'm1',
  stateTimestampMs: commitTimestampMs,
  members: [
    {
      memberId: 'm1',
      groupInstanceId: 'i',
      clientId: 'c',
      clientHost: '/h',
      rebalanceTimeoutMs: 60_000,
      sessionTimeoutMs: 10_000,
      subscription: Uint8Array.of(0xaa, 0xbb),
      assignment: Uint8Array.of(0xcc),
    },
  ],
}

describe('records of groups', () => {
  it('have the bytes that Kafka gives them', () => {
    const committed = encodeGroupRecord({ type: 'offset', groupId: 'g', topic: 't', partition: 5, value: offset })
    expect([toHex(committed.key), toHex(committed.value)]).toEqual([spaceless(offsetKey), spaceless(offsetValue3)])
    const stable = encodeGroupRecord({ type: 'group', groupId: 'g', value: group })
    expect([toHex(stable.key), toHex(stable.value)]).toEqual([spaceless(groupKey), spaceless(groupValue3)])
  })

  it.each<[string, GroupRecord, string, string]>([
    [
      'a group of the consumer protocol',
      { type: 'consumerGroup', groupId: 'g', value: { epoch: 7, metadataHash: '00112233445566ff' } },
      '0003  0001 67',
      '0000  00000007  01 00 08 00112233445566ff',
    ],
    [
      'one that was made for no topics',
      { type: 'consumerGroup', groupId: 'g', value: { epoch: 7, metadataHash: NO_HASH } },
      '0003  0001 67',
      '0000  00000007  00',
    ],
    [
      'its members',
      {
        type: 'consumerMember',
        groupId: 'g',
        memberId: 'm',
        value: {
          instanceId: 'i',
          rackId: null,
          clientId: 'c',
          clientHost: '/h',
          subscribedTopicNames: ['t'],
          subscribedTopicRegex: null,
          rebalanceTimeoutMs: 60_000,
          serverAssignor: 'range',
        },
      },
      '0005  0001 67  0001 6d',
      '0000  02 69  00  02 63  03 2f68  02 02 74  00  0000ea60  06 72616e6765  00',
    ],
    ['the epoch of the assignment', { type: 'targetEpoch', groupId: 'g', value: 7 }, '0006  0001 67', '0000  00000007  00'],
    [
      'what a member shall have',
      { type: 'target', groupId: 'g', memberId: 'm', value: new Map([[TOPIC_ID, [0, 2]]]) },
      '0007  0001 67  0001 6d',
      `0000  02  ${'11'.repeat(16)}  03 00000000 00000002  00  00`,
    ],
    [
      'what a member has, and since when (KIP-1251)',
      {
        type: 'currentAssignment',
        groupId: 'g',
        memberId: 'm',
        value: {
          memberEpoch: 7,
          previousMemberEpoch: 6,
          state: 'UnrevokedPartitions',
          assigned: new Map([
            [
              TOPIC_ID,
              new Map([
                [0, 5],
                [2, 7],
              ]),
            ],
          ]),
          pendingRevocation: new Map(),
        },
      },
      '0008  0001 67  0001 6d',
      `0000  00000007 00000006 01  02  ${'11'.repeat(16)}  03 00000000 00000002  01 00 09 03 00000005 00000007  01  00`,
    ],
    [
      'what a regular expression matches',
      { type: 'regex', groupId: 'g', regex: 't.*', value: { topics: ['t'], version: 3, timestampMs: commitTimestampMs } },
      '0010  0001 67  0003 742e2a',
      '0000  02 02 74  0000000000000003  0000018bcfe56800  00',
    ],
  ])('have the bytes that Kafka gives %s', (_what, record, key, value) => {
    const encoded = encodeGroupRecord(record)
    expect([toHex(encoded.key), toHex(encoded.value)]).toEqual([spaceless(key), spaceless(value)])
    expect(decodeGroupRecord(fromHex(key), fromHex(value))).toEqual(record)
  })

  it('say of what a member has that it was assigned in its epoch, where Kafka did not note it yet', () => {
    const value = `0000  00000007 00000006 00  02  ${'11'.repeat(16)}  02 00000003  00  01  00`
    expect(decodeGroupRecord(fromHex('0008 0001 67 0001 6d'), fromHex(value))).toMatchObject({
      value: { state: 'Stable', assigned: new Map([[TOPIC_ID, new Map([[3, 7]])]]) },
    })
  })

  it('are tombstones when they take something back', () => {
    expect(encodeGroupRecord({ type: 'group', groupId: 'g', value: null }).value).toBeNull()
    expect(decodeGroupRecord(fromHex(offsetKey), null)).toEqual({ type: 'offset', groupId: 'g', topic: 't', partition: 5, value: null })
  })

  it.each([
    ['0', '0000  000000000000002a  0002 6d64  0000018bcfe56800', { ...offset, leaderEpoch: -1 }],
    [
      '1, with an expiry of its own',
      '0001  000000000000002a  0002 6d64  0000018bcfe56800  0000018bcfe56801',
      { ...offset, leaderEpoch: -1, expireTimestampMs: commitTimestampMs + 1 },
    ],
    ['2', '0002  000000000000002a  0002 6d64  0000018bcfe56800', { ...offset, leaderEpoch: -1 }],
    ['3', offsetValue3, offset],
    ['4, with a topic id', `0004  000000000000002a  00000007  03 6d64  0000018bcfe56800  01 00 10 ${'11'.repeat(16)}`, offset],
  ])('are read where Kafka wrote offsets in version %s', (_version, value, expected) => {
    const decoded = decodeGroupRecord(fromHex(offsetKey.replace('0001', '0000')), fromHex(value))
    expect(decoded).toEqual({ type: 'offset', groupId: 'g', topic: 't', partition: 5, value: expected })
  })

  it.each([
    [
      '0, where the session timeout is the rebalance timeout',
      `0000  0008 636f6e73756d6572  00000003  0005 72616e6765  0002 6d31
       00000001  0002 6d31  0001 63  0002 2f68  00002710  00000002 aabb  00000001 cc`,
      { ...group, stateTimestampMs: -1, members: [{ ...group.members[0], groupInstanceId: null, rebalanceTimeoutMs: 10_000 }] },
    ],
    ['3', groupValue3, group],
    [
      '4, which is flexible',
      `0004  09 636f6e73756d6572  00000003  06 72616e6765  03 6d31  0000018bcfe56800
       02  03 6d31  02 69  02 63  03 2f68  0000ea60  00002710  03 aabb  02 cc  00  00`,
      group,
    ],
  ])('are read where Kafka wrote groups in version %s', (_version, value, expected) => {
    expect(decodeGroupRecord(fromHex(groupKey), fromHex(value))).toEqual({ type: 'group', groupId: 'g', value: expected })
  })

  it('are passed over when they are of a kind not known here, and refused in a version not known here', () => {
    expect(decodeGroupRecord(fromHex('000b 0001 67'), fromHex('0000 00000001 00'))).toBeUndefined()
    expect(() => decodeGroupRecord(fromHex(groupKey), fromHex('0005'))).toThrow(RecordFormatError)
  })
})
