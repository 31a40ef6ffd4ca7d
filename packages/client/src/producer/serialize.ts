import { KafkaError } from '@kafka-ts/protocol'
import type { RecordBytes, RecordHeader } from '@kafka-ts/protocol/records'
import type { Codec } from '../codecs.ts'
import type { AnyTopic } from '../topic.ts'
import type { HeadersInput } from './producer-types.ts'

const NO_HEADERS: readonly RecordHeader[] = []

/** A key as what is written. Throws SERIALIZATION_FAILED. */
export function serializeKey(topic: AnyTopic, key: unknown): RecordBytes {
  return key === null || key === undefined ? null : serialize(topic, 'key', key)
}

/** A value as what is written; null only if the codec allows it. Throws SERIALIZATION_FAILED. */
export function serializeValue(topic: AnyTopic, value: unknown): RecordBytes {
  if (value === null || value === undefined) {
    if (value === null && topic.value.isNullable) return null
    throw new KafkaError(
      'SERIALIZATION_FAILED',
      `the value for topic "${topic.name}" is ${value}; for tombstones use nullable(${topic.value.name}()).`,
    )
  }
  return serialize(topic, 'value', value)
}

/** Headers as the batch takes them. Throws SERIALIZATION_FAILED. */
export function serializeHeaders(headers: HeadersInput | undefined): readonly RecordHeader[] {
  if (headers === undefined) return NO_HEADERS
  const list: readonly RecordHeader[] = isList(headers) ? headers : Object.entries(headers).map(([key, value]) => ({ key, value }))
  for (const { key, value } of list) {
    if (typeof key !== 'string' || (value !== null && !isWritable(value))) {
      throw new KafkaError('SERIALIZATION_FAILED', `the header "${String(key)}" must be a string, bytes or null.`)
    }
  }
  return list
}

function serialize(topic: AnyTopic, part: 'key' | 'value', input: unknown): RecordBytes {
  const codec: Codec<unknown> = topic[part]
  let encoded: unknown
  try {
    encoded = codec.encode(input)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new KafkaError('SERIALIZATION_FAILED', `the ${part} for topic "${topic.name}" is not ${codec.name}: ${reason}`, { cause })
  }
  if (isWritable(encoded)) return encoded
  throw new KafkaError('SERIALIZATION_FAILED', `the ${part} for topic "${topic.name}" is not ${codec.name}: it is a ${typeof input}.`)
}

function isWritable(encoded: unknown): encoded is string | Uint8Array {
  return typeof encoded === 'string' || encoded instanceof Uint8Array
}

function isList(headers: HeadersInput): headers is readonly RecordHeader[] {
  return Array.isArray(headers)
}
