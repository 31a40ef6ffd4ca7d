import { uuidFromString, uuidToString } from '@kafka-ts/protocol'
import type { EncodedRecord } from '../../runtime/record-codec.ts'
import type { CurrentAssignment, MemberState } from '../consumer/current-assignment.ts'
import type { AssignedPartitions, PartitionSet } from '../consumer/partition-set.ts'
import { BytesReader, FIELDS_AT } from './bytes-reader.ts'
import { BytesWriter } from './bytes-writer.ts'
import { ensureVersion } from './value-version.ts'

/** A group of the consumer protocol (`ConsumerGroupMetadataValue`). */
export interface ConsumerGroupMetadata {
  readonly epoch: number
  /** Of the topics that the newest assignment was made for: 16 hexadecimal digits. Kafka's are made differently, which costs one assignment. */
  readonly metadataHash: string
}

/** What a member said of itself (`ConsumerGroupMemberMetadataValue`). */
export interface ConsumerMemberMetadata {
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly subscribedTopicNames: readonly string[]
  readonly subscribedTopicRegex: string | null
  readonly rebalanceTimeoutMs: number
  readonly serverAssignor: string | null
}

/** The topics that a regular expression of a group matches (`ConsumerGroupRegularExpressionValue`). */
export interface ResolvedRegex {
  readonly topics: readonly string[]
  /** The revision of the metadata it was resolved at. */
  readonly version: number
  /** Wall clock, milliseconds. */
  readonly timestampMs: number
}

interface OfGroup<Type extends string, Value> {
  readonly type: Type
  readonly groupId: string
  readonly value: Value | null
}
interface OfMember<Type extends string, Value> extends OfGroup<Type, Value> {
  readonly memberId: string
}

/** One record of a group of the consumer protocol. */
export type ConsumerGroupRecord =
  | OfGroup<'consumerGroup', ConsumerGroupMetadata>
  | OfMember<'consumerMember', ConsumerMemberMetadata>
  | OfGroup<'targetEpoch', number>
  | OfMember<'target', PartitionSet>
  | OfMember<'currentAssignment', CurrentAssignment>
  | (OfGroup<'regex', ResolvedRegex> & { readonly regex: string })

/** The versions of their keys, by which Kafka tells kinds of records apart. 4 held topic metadata before Kafka 4.1; it is read over. */
const kinds = { consumerGroup: 3, consumerMember: 5, targetEpoch: 6, target: 7, currentAssignment: 8, regex: 16 } as const
const VALUE_VERSION = 0
/** Of no topics at all. */
export const NO_HASH = '0'.repeat(16)
const HASH_TAG = 0
const HASH_BYTES = 8
const ASSIGNMENT_EPOCHS_TAG = 0
const UUID_BYTES = 16
const memberStates = new Map<number, MemberState>([
  [0, 'Stable'],
  [1, 'UnrevokedPartitions'],
  [2, 'UnreleasedPartitions'],
  [127, 'Unknown'],
])
const stateNumbers = new Map([...memberStates].map(([number, state]) => [state, number]))

/** The key and value that Kafka would write for it. */
export function encodeConsumerGroupRecord(record: ConsumerGroupRecord): EncodedRecord {
  const key = new BytesWriter().int16(kinds[record.type]).string(record.groupId)
  if ('memberId' in record) key.string(record.memberId)
  if (record.type === 'regex') key.string(record.regex)
  return { key: key.finish(), value: record.value === null ? null : encodeValue(record) }
}

/** The record of a key of `kind`, with a reader behind that. undefined: no record of these groups. Throws `RecordFormatError`. */
export function decodeConsumerGroupRecord(kind: number, key: BytesReader, value: Uint8Array | null): ConsumerGroupRecord | undefined {
  switch (kind) {
    case kinds.consumerGroup:
      return { type: 'consumerGroup', groupId: key.string(), value: decodeValue(value, decodeGroup) }
    case kinds.consumerMember:
      return { type: 'consumerMember', groupId: key.string(), memberId: key.string(), value: decodeValue(value, decodeMember) }
    case kinds.targetEpoch:
      return { type: 'targetEpoch', groupId: key.string(), value: decodeValue(value, decodeTargetEpoch) }
    case kinds.target:
      return { type: 'target', groupId: key.string(), memberId: key.string(), value: decodeValue(value, decodeTarget) }
    case kinds.currentAssignment:
      return { type: 'currentAssignment', groupId: key.string(), memberId: key.string(), value: decodeValue(value, decodeCurrent) }
    case kinds.regex:
      return { type: 'regex', groupId: key.string(), regex: key.string(), value: decodeValue(value, decodeRegex) }
    default:
      return undefined
  }
}

function encodeValue(record: ConsumerGroupRecord): Uint8Array | null {
  if (record.value === null) return null
  const writer = new BytesWriter({ isFlexible: true }).int16(VALUE_VERSION)
  switch (record.type) {
    case 'consumerGroup':
      return encodeGroup(writer, record.value)
    case 'consumerMember':
      return encodeMember(writer, record.value)
    case 'targetEpoch':
      return writer.int32(record.value).endStruct().finish()
    case 'target':
      return encodeTarget(writer, record.value)
    case 'currentAssignment':
      return encodeCurrent(writer, record.value)
    case 'regex':
      writer.array(record.value.topics, (topic) => writer.string(topic))
      return writer.int64(record.value.version).int64(record.value.timestampMs).endStruct().finish()
  }
}

function decodeValue<T>(value: Uint8Array | null, decode: (reader: BytesReader) => T): T | null {
  if (value === null) return null
  ensureVersion(value, VALUE_VERSION)
  return decode(new BytesReader(value, { isFlexible: true, position: FIELDS_AT }))
}

function encodeGroup(writer: BytesWriter, { epoch, metadataHash }: ConsumerGroupMetadata): Uint8Array {
  const tagged = metadataHash === NO_HASH ? [] : [{ tag: HASH_TAG, value: Buffer.from(metadataHash, 'hex') }]
  return writer.int32(epoch).endStruct(tagged).finish()
}

function decodeGroup(reader: BytesReader): ConsumerGroupMetadata {
  const epoch = reader.int32()
  let metadataHash = NO_HASH
  reader.endStruct((tag, value) => {
    if (tag === HASH_TAG) metadataHash = Buffer.from(value.raw(HASH_BYTES)).toString('hex')
  })
  return { epoch, metadataHash }
}

function encodeMember(writer: BytesWriter, member: ConsumerMemberMetadata): Uint8Array {
  writer.string(member.instanceId).string(member.rackId).string(member.clientId).string(member.clientHost)
  writer.array(member.subscribedTopicNames, (topic) => writer.string(topic)).string(member.subscribedTopicRegex)
  return writer.int32(member.rebalanceTimeoutMs).string(member.serverAssignor).endStruct().finish()
}

/** Kafka lets classic members into such a group while it changes over, which is read over: here they are strangers and join again. */
function decodeMember(reader: BytesReader): ConsumerMemberMetadata {
  const instanceId = reader.nullableString()
  const rackId = reader.nullableString()
  const clientId = reader.string()
  const clientHost = reader.string()
  const subscribedTopicNames = reader.array(() => reader.string())
  const subscribedTopicRegex = reader.nullableString()
  const rebalanceTimeoutMs = reader.int32()
  const serverAssignor = reader.nullableString()
  reader.endStruct()
  return { instanceId, rackId, clientId, clientHost, subscribedTopicNames, subscribedTopicRegex, rebalanceTimeoutMs, serverAssignor }
}

function decodeTargetEpoch(reader: BytesReader): number {
  const assignmentEpoch = reader.int32()
  reader.endStruct()
  return assignmentEpoch
}

function encodeTarget(writer: BytesWriter, target: PartitionSet): Uint8Array {
  writer.array([...target], ([topicId, partitions]) => {
    writer
      .raw(uuidFromString(topicId))
      .array(partitions, (partition) => writer.int32(partition))
      .endStruct()
  })
  return writer.endStruct().finish()
}

function decodeTarget(reader: BytesReader): PartitionSet {
  const topics = reader.array((): [string, number[]] => {
    const topicId = uuidToString(reader.raw(UUID_BYTES))
    const partitions = reader.array(() => reader.int32())
    reader.endStruct()
    return [topicId, partitions.sort((one, other) => one - other)]
  })
  reader.endStruct()
  return new Map(topics)
}

function encodeCurrent(writer: BytesWriter, current: CurrentAssignment): Uint8Array {
  writer
    .int32(current.memberEpoch)
    .int32(current.previousMemberEpoch)
    .int8(stateNumbers.get(current.state) ?? 0)
  encodeAssigned(writer, current.assigned)
  encodeAssigned(writer, current.pendingRevocation)
  return writer.endStruct().finish()
}

function encodeAssigned(writer: BytesWriter, assigned: AssignedPartitions): void {
  writer.array([...assigned], ([topicId, epochs]) => {
    const value = new BytesWriter({ isFlexible: true })
    value.array([...epochs.values()], (epoch) => value.int32(epoch))
    writer.raw(uuidFromString(topicId)).array([...epochs.keys()], (partition) => writer.int32(partition))
    writer.endStruct([{ tag: ASSIGNMENT_EPOCHS_TAG, value: value.finish() }])
  })
}

function decodeCurrent(reader: BytesReader): CurrentAssignment {
  const memberEpoch = reader.int32()
  const previousMemberEpoch = reader.int32()
  const state = memberStates.get(reader.int8()) ?? 'Unknown'
  const assigned = decodeAssigned(reader, memberEpoch)
  const pendingRevocation = decodeAssigned(reader, memberEpoch)
  reader.endStruct()
  return { memberEpoch, previousMemberEpoch, state, assigned, pendingRevocation }
}

/** Before KIP-1251 nobody noted when a partition was assigned: then it counts as assigned in the epoch of the member. */
function decodeAssigned(reader: BytesReader, memberEpoch: number): AssignedPartitions {
  const topics = reader.array((): [string, Map<number, number>] => {
    const topicId = uuidToString(reader.raw(UUID_BYTES))
    const partitions = reader.array(() => reader.int32())
    let epochs: readonly number[] | undefined
    reader.endStruct((tag, value) => {
      if (tag === ASSIGNMENT_EPOCHS_TAG) epochs = value.nullableArray(() => value.int32()) ?? undefined
    })
    return [topicId, new Map(partitions.map((partition, index) => [partition, epochs?.[index] ?? memberEpoch]))]
  })
  return new Map(topics)
}

function decodeRegex(reader: BytesReader): ResolvedRegex {
  const topics = reader.array(() => reader.string())
  const version = reader.int64()
  const timestampMs = reader.int64()
  reader.endStruct()
  return { topics, version, timestampMs }
}
