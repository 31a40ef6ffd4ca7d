import { ZERO_UUID } from '@kafka-ts/protocol'
import { type Codec, invalid, type Type } from './schema.ts'
import type { WireWriter } from './wire-writer.ts'

/** Memory of a number or a boolean as the property of an object. */
const SLOT_BYTES = 8
/** Memory of a small Uint8Array with a buffer of its own. */
const UUID_HEAP_BYTES = 120
const UUID_BYTES = 16

type FixedKind = 'boolean' | 'int8' | 'int16' | 'int32' | 'int64' | 'uuid'

function fixed<T>(kind: FixedKind, initial: T, compile: (path: string) => Codec<T, T>): Type<T> {
  return { shape: { kind }, initial, equals: (draft, other) => draft === other, compile: ({ path }) => compile(path) }
}

/** Any byte but 0 is true, as in Kafka. */
export const boolean: Type<boolean> = fixed('boolean', false, (path) => ({
  read: (reader) => reader.int8(path) !== 0,
  write(writer, value) {
    if (typeof value !== 'boolean') throw invalid(path, 'a boolean', value)
    writer.int8(value ? 1 : 0)
  },
  minBytes: 1,
  heapBytes: SLOT_BYTES,
}))

export const int8: Type<number> = fixed('int8', 0, (path) => ({
  read: (reader) => reader.int8(path),
  write(writer, value) {
    if ((value << 24) >> 24 !== value) throw invalid(path, 'an int8', value)
    writer.int8(value)
  },
  minBytes: 1,
  heapBytes: SLOT_BYTES,
}))

export const int16: Type<number> = fixed('int16', 0, (path) => ({
  read: (reader) => reader.int16(path),
  write(writer, value) {
    if ((value << 16) >> 16 !== value) throw invalid(path, 'an int16', value)
    writer.int16(value)
  },
  minBytes: 2,
  heapBytes: SLOT_BYTES,
}))

export const int32: Type<number> = fixed('int32', 0, (path) => ({
  read: (reader) => reader.int32(path),
  write(writer, value) {
    if ((value | 0) !== value) throw invalid(path, 'an int32', value)
    writer.int32(value)
  },
  minBytes: 4,
  heapBytes: SLOT_BYTES,
}))

function writeInt64(writer: WireWriter, value: number, path: string): void {
  if (!Number.isSafeInteger(value)) throw invalid(path, 'a safe integer', value)
  writer.int64(value)
}

/** An int64 outside of the safe integers is refused: as an id or a stored offset a rounded one would be another one. */
export const int64: Type<number> = fixed('int64', 0, (path) => ({
  read(reader) {
    const value = reader.int64(path)
    if (!Number.isSafeInteger(value)) throw reader.malformed(path, 'is not within 53 bits')
    return value
  },
  write: (writer, value) => writeInt64(writer, value, path),
  minBytes: 8,
  heapBytes: 2 * SLOT_BYTES,
}))

/**
 * An int64 outside of the safe integers reads as the nearest of them. For what is only compared: clients send the greatest int64
 * as a timestamp or an offset, meaning "beyond any", and that is what it stays.
 */
export const clampedInt64: Type<number> = fixed('int64', 0, (path) => ({
  read: (reader) => Math.min(Math.max(reader.int64(path), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER),
  write: (writer, value) => writeInt64(writer, value, path),
  minBytes: 8,
  heapBytes: 2 * SLOT_BYTES,
}))

/** A 16-byte id. Decoded: a copy, since ids outlive their message. */
export const uuid: Type<Uint8Array> = {
  shape: { kind: 'uuid' },
  initial: ZERO_UUID,
  equals: (draft, initial) => draft.length === initial.length && draft.every((byte, index) => byte === initial[index]),
  compile: ({ path }) => ({
    read: (reader) => reader.uuid(path),
    write(writer, value) {
      if (!(value instanceof Uint8Array) || value.length !== UUID_BYTES) throw invalid(path, 'a uuid of 16 bytes', value)
      writer.bytes(value)
    },
    minBytes: UUID_BYTES,
    heapBytes: UUID_HEAP_BYTES,
  }),
}
