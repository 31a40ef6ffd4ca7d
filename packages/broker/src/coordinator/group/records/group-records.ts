import type { EncodedRecord } from '../../runtime/record-codec.ts'
import { BytesReader, FIELDS_AT, versionOf } from './bytes-reader.ts'
import { BytesWriter } from './bytes-writer.ts'
import { type ConsumerGroupRecord, decodeConsumerGroupRecord, encodeConsumerGroupRecord } from './consumer-records.ts'
import { ensureVersion } from './value-version.ts'

/** An offset as it was committed (`OffsetCommitValue`). */
export interface CommittedOffset {
  readonly offset: number
  /** Of the last record consumed; -1: not known. */
  readonly leaderEpoch: number
  readonly metadata: string
  /** Wall clock, milliseconds. */
  readonly commitTimestampMs: number
  /** When it expires whatever the group does, as old clients may ask; -1: when the broker's retention says. */
  readonly expireTimestampMs: number
}

/** A member as a generation of its group has it. */
export interface MemberMetadata {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly sessionTimeoutMs: number
  /** What the member sent for the protocol of the generation; opaque. */
  readonly subscription: Uint8Array
  /** What the leader gave it; opaque. */
  readonly assignment: Uint8Array
}

/** A classic group that has its assignments, or has nobody (`GroupMetadataValue`). */
export interface GroupMetadata {
  readonly protocolType: string
  readonly generationId: number
  readonly protocolName: string | null
  readonly leaderId: string | null
  /** Since when it is as it is, wall clock; -1: not known. */
  readonly stateTimestampMs: number
  readonly members: readonly MemberMetadata[]
}

/** One record of `__consumer_offsets`. A null value takes back what the key said before. */
export type GroupRecord =
  | {
      readonly type: 'offset'
      readonly groupId: string
      readonly topic: string
      readonly partition: number
      readonly value: CommittedOffset | null
    }
  | { readonly type: 'group'; readonly groupId: string; readonly value: GroupMetadata | null }
  | ConsumerGroupRecord

// Kafka tells kinds of records apart by the version of their key: 0 and 1 are OffsetCommitKey, 2 is GroupMetadataKey.
const OFFSET_KEY = 1
const OLD_OFFSET_KEY = 0
const GROUP_KEY = 2

// OffsetCommitValue: v1 alone has an expiry, v3 has a leader epoch, v4 is flexible and has the topic's id as a tagged field.
const OFFSET_VALUE = 3
const OFFSET_VALUE_WITH_EXPIRY = 1
const OFFSET_VALUE_MAX = 4
const FLEXIBLE_OFFSET_VALUE = 4

// GroupMetadataValue: v1 has rebalance timeouts, v2 the time of the state, v3 static members, v4 is flexible.
const GROUP_VALUE = 3
const GROUP_VALUE_MAX = 4
const FLEXIBLE_GROUP_VALUE = 4

/** The key and value that Kafka would write for it (3.x and later: the value versions it writes by default). */
export function encodeGroupRecord(record: GroupRecord): EncodedRecord {
  switch (record.type) {
    case 'offset': {
      const key = new BytesWriter().int16(OFFSET_KEY).string(record.groupId).string(record.topic).int32(record.partition).finish()
      return { key, value: record.value === null ? null : encodeCommittedOffset(record.value) }
    }
    case 'group': {
      const key = new BytesWriter().int16(GROUP_KEY).string(record.groupId).finish()
      return { key, value: record.value === null ? null : encodeGroupMetadata(record.value) }
    }
    default:
      return encodeConsumerGroupRecord(record)
  }
}

/**
 * What Kafka, of any version, or this broker wrote. undefined: a kind of record that this broker does not know, such as those of share
 * groups. Throws `RecordFormatError`.
 */
export function decodeGroupRecord(key: Uint8Array, value: Uint8Array | null): GroupRecord | undefined {
  const kind = versionOf(key)
  const reader = new BytesReader(key, { isFlexible: false, position: FIELDS_AT })
  switch (kind) {
    case OLD_OFFSET_KEY:
    case OFFSET_KEY: {
      const [groupId, topic, partition] = [reader.string(), reader.string(), reader.int32()]
      return { type: 'offset', groupId, topic, partition, value: value === null ? null : decodeCommittedOffset(value) }
    }
    case GROUP_KEY:
      return { type: 'group', groupId: reader.string(), value: value === null ? null : decodeGroupMetadata(value) }
    default:
      return decodeConsumerGroupRecord(kind, reader, value)
  }
}

function encodeCommittedOffset({ offset, leaderEpoch, metadata, commitTimestampMs, expireTimestampMs }: CommittedOffset): Uint8Array {
  const writer = new BytesWriter()
  if (expireTimestampMs === -1) {
    return writer.int16(OFFSET_VALUE).int64(offset).int32(leaderEpoch).string(metadata).int64(commitTimestampMs).finish()
  }
  return writer.int16(OFFSET_VALUE_WITH_EXPIRY).int64(offset).string(metadata).int64(commitTimestampMs).int64(expireTimestampMs).finish()
}

function decodeCommittedOffset(value: Uint8Array): CommittedOffset {
  const version = ensureVersion(value, OFFSET_VALUE_MAX)
  const reader = new BytesReader(value, { isFlexible: version >= FLEXIBLE_OFFSET_VALUE, position: FIELDS_AT })
  const offset = reader.int64()
  const leaderEpoch = version >= OFFSET_VALUE ? reader.int32() : -1
  const metadata = reader.string()
  const commitTimestampMs = reader.int64()
  const expireTimestampMs = version === OFFSET_VALUE_WITH_EXPIRY ? reader.int64() : -1
  reader.endStruct()
  return { offset, leaderEpoch, metadata, commitTimestampMs, expireTimestampMs }
}

function encodeGroupMetadata(group: GroupMetadata): Uint8Array {
  const writer = new BytesWriter().int16(GROUP_VALUE).string(group.protocolType).int32(group.generationId)
  writer.string(group.protocolName).string(group.leaderId).int64(group.stateTimestampMs)
  return writer
    .array(group.members, (member) => {
      writer.string(member.memberId).string(member.groupInstanceId).string(member.clientId).string(member.clientHost)
      writer.int32(member.rebalanceTimeoutMs).int32(member.sessionTimeoutMs).bytes(member.subscription).bytes(member.assignment)
    })
    .finish()
}

function decodeGroupMetadata(value: Uint8Array): GroupMetadata {
  const version = ensureVersion(value, GROUP_VALUE_MAX)
  const reader = new BytesReader(value, { isFlexible: version >= FLEXIBLE_GROUP_VALUE, position: FIELDS_AT })
  const protocolType = reader.string()
  const generationId = reader.int32()
  const protocolName = reader.nullableString()
  const leaderId = reader.nullableString()
  const stateTimestampMs = version >= 2 ? reader.int64() : -1
  const members = reader.array(() => decodeMember(reader, version))
  reader.endStruct()
  return { protocolType, generationId, protocolName, leaderId, stateTimestampMs, members }
}

function decodeMember(reader: BytesReader, version: number): MemberMetadata {
  const memberId = reader.string()
  const groupInstanceId = version >= 3 ? reader.nullableString() : null
  const clientId = reader.string()
  const clientHost = reader.string()
  const ownRebalanceTimeoutMs = version >= 1 ? reader.int32() : undefined
  const sessionTimeoutMs = reader.int32()
  const subscription = reader.bytes()
  const assignment = reader.bytes()
  reader.endStruct()
  const rebalanceTimeoutMs = ownRebalanceTimeoutMs ?? sessionTimeoutMs
  return { memberId, groupInstanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, subscription, assignment }
}
