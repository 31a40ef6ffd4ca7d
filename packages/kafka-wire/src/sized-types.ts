import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { type Codec, invalid, type Scope, type Shape, type Type } from './schema.ts'
import { hasVersion, parseVersions, type VersionRange } from './version-range.ts'
import { MAX_STRING_BYTES, NULL_LENGTH, type WireReader } from './wire-reader.ts'
import type { WireWriter } from './wire-writer.ts'

/**
 * Types with a length in front. The length also says null (-1), so each of them sees to `Scope.isNullable` itself.
 *
 * | what | before flexible versions | in flexible versions |
 * |---|---|---|
 * | string | int16 length | unsigned varint of length + 1 |
 * | bytes, records, array | int32 length or count | unsigned varint of length + 1 |
 */

const INT16_BYTES = 2
const INT32_BYTES = 4
const MIN_COMPACT_LENGTH_BYTES = 1
/** Memory of a string, an array or a view of bytes, without its content. */
const STRING_HEAP_BYTES = 32
const ARRAY_HEAP_BYTES = 32
const BYTES_HEAP_BYTES = 120
const EMPTY_LIST: readonly never[] = Object.freeze([])
const EMPTY_BYTES = new Uint8Array(0)

type ReadLength = (reader: WireReader) => number
type WriteLength = (writer: WireWriter, length: number) => void

interface LengthCodec {
  /** `NULL_LENGTH` only where the field may be null; other negative lengths are refused by what reads the content. */
  readonly read: ReadLength
  readonly write: WriteLength
  readonly minBytes: number
}

function lengthCodec({ isFlexible, isNullable, path }: Scope, plainBytes: 2 | 4): LengthCodec {
  const [readAny, write] = isFlexible ? compactLength(path) : plainLength(path, plainBytes)
  const read: ReadLength = isNullable
    ? readAny
    : (reader) => {
        const length = readAny(reader)
        if (length === NULL_LENGTH) throw reader.malformed(path, 'must not be null')
        return length
      }
  return { read, write, minBytes: isFlexible ? MIN_COMPACT_LENGTH_BYTES : plainBytes }
}

function compactLength(path: string): [ReadLength, WriteLength] {
  return [(reader) => reader.compactLength(path), (writer, length) => writer.unsignedVarint(length + 1)]
}

function plainLength(path: string, bytes: 2 | 4): [ReadLength, WriteLength] {
  return bytes === INT16_BYTES
    ? [(reader) => reader.int16(path), (writer, length) => writer.int16(length)]
    : [(reader) => reader.int32(path), (writer, length) => writer.int32(length)]
}

/** Encodes null, or refuses it. */
function writeNull(writer: WireWriter, scope: Scope, expected: string, write: WriteLength): void {
  if (!scope.isNullable) throw invalid(scope.path, expected, null)
  write(writer, NULL_LENGTH)
}

const TEXT = 'a well-formed string'

function utf8Length(text: string, path: string): number {
  if (typeof text !== 'string' || !text.isWellFormed()) throw invalid(path, TEXT, text)
  const length = Buffer.byteLength(text)
  if (length > MAX_STRING_BYTES) throw invalid(path, `a string of at most ${MAX_STRING_BYTES} bytes`, text)
  return length
}

function compileString(scope: Scope): Codec<string | null, string | null> {
  const { path } = scope
  const length = lengthCodec(scope, INT16_BYTES)
  return {
    read(reader) {
      const bytes = length.read(reader)
      return bytes === NULL_LENGTH ? null : reader.string(bytes, path)
    },
    write(writer, value) {
      if (value === null) return writeNull(writer, scope, TEXT, length.write)
      const bytes = utf8Length(value, path)
      length.write(writer, bytes)
      writer.string(value, bytes)
    },
    minBytes: length.minBytes,
    heapBytes: STRING_HEAP_BYTES,
  }
}

/** Unicode text of at most 32,767 bytes, strictly UTF-8 in both directions. */
export const string: Type<string> = {
  shape: { kind: 'string' },
  initial: '',
  equals: (draft, initial) => draft === initial,
  // The scope says whether null can come out; `nullable` has said so in the type.
  compile: (scope) => compileString(scope) as Codec<string, string>,
}

/** A string that keeps its int16 length in flexible versions: the client id of the request header. */
export const legacyString: Type<string> = {
  ...string,
  shape: { kind: 'legacyString' },
  compile: (scope) => compileString({ ...scope, isFlexible: false }) as Codec<string, string>,
}

/** Opaque bytes. Decoded: a copy, since what they are (member metadata, assignments) outlives its message. */
export const bytes: Type<Uint8Array> = {
  shape: { kind: 'bytes' },
  initial: EMPTY_BYTES,
  equals: (draft, initial) => draft.length === initial.length && initial.length === 0,
  compile(scope) {
    const { path } = scope
    const length = lengthCodec(scope, INT32_BYTES)
    const codec: Codec<Uint8Array | null, Uint8Array | null> = {
      read(reader) {
        const count = length.read(reader)
        return count === NULL_LENGTH ? null : reader.copy(count, path)
      },
      write(writer, value) {
        if (value === null) return writeNull(writer, scope, 'bytes', length.write)
        if (!(value instanceof Uint8Array)) throw invalid(path, 'bytes', value)
        length.write(writer, value.length)
        writer.bytes(value)
      },
      minBytes: length.minBytes,
      heapBytes: BYTES_HEAP_BYTES,
    }
    return codec as Codec<Uint8Array, Uint8Array>
  },
}

/** Record batches to encode: in one piece or as the slices of a log, one after the other. */
export type RecordChunks = Uint8Array | readonly Uint8Array[]

/** Record batches. Decoded: a view, which keeps the whole message alive. Encoded: large chunks go into the frame uncopied. */
export const records: Type<Uint8Array, RecordChunks> = {
  shape: { kind: 'records' },
  initial: EMPTY_BYTES,
  equals: (draft, initial) => draft.length === initial.length && initial.length === 0,
  compile(scope) {
    const { path } = scope
    const length = lengthCodec(scope, INT32_BYTES)
    const codec: Codec<Uint8Array | null, RecordChunks | null> = {
      read(reader) {
        const count = length.read(reader)
        return count === NULL_LENGTH ? null : reader.view(count, path)
      },
      write(writer, value) {
        if (value === null) return writeNull(writer, scope, 'record batches', length.write)
        const chunks = value instanceof Uint8Array ? [value] : value
        let total = 0
        for (const chunk of chunks) total += chunk.length
        length.write(writer, total)
        for (const chunk of chunks) writer.records(chunk)
      },
      minBytes: length.minBytes,
      heapBytes: BYTES_HEAP_BYTES,
    }
    return codec as Codec<Uint8Array, RecordChunks>
  },
}

/** A list. Its count is held against the bytes that are left, and its memory counted, before it is made. */
export function array<T, D>(element: Type<T, D>): Type<readonly T[], readonly D[]> {
  return {
    shape: { kind: 'array', element },
    initial: EMPTY_LIST,
    equals: (draft, initial) => draft.length === 0 && initial.length === 0,
    compile(scope) {
      const codec = compileArray(element.compile({ ...scope, isNullable: false, path: `${scope.path}[]` }), scope)
      return codec as Codec<readonly T[], readonly D[]>
    },
  }
}

function compileArray<T, D>(element: Codec<T, D>, scope: Scope): Codec<readonly T[] | null, readonly D[] | null> {
  const { path } = scope
  const length = lengthCodec(scope, INT32_BYTES)
  const { minBytes, heapBytes } = element
  assert(minBytes > 0, `${path}: nothing bounds a list of elements without bytes`)
  return {
    read(reader) {
      const count = length.read(reader)
      if (count === NULL_LENGTH) return null
      if (count < 0 || count * minBytes > reader.remainingBytes) {
        throw reader.malformed(path, `cannot have ${count} elements of at least ${minBytes} bytes in the ${reader.remainingBytes} left`)
      }
      reader.charge(count * heapBytes, path)
      const list: T[] = new Array(count)
      for (let index = 0; index < count; index++) list[index] = element.read(reader)
      return list
    },
    write(writer, value) {
      if (value === null) return writeNull(writer, scope, 'an array', length.write)
      if (!Array.isArray(value)) throw invalid(path, 'an array', value)
      length.write(writer, value.length)
      for (let index = 0; index < value.length; index++) element.write(writer, value[index] as D)
    },
    minBytes: length.minBytes,
    heapBytes: ARRAY_HEAP_BYTES,
  }
}

/** A value that may be null, in some versions or in all. The default stays that of the type. */
export function nullable<T, D>(type: Type<T, D>, range: VersionRange = '0+'): Type<T | null, D | null> {
  const versions = parseVersions(range)
  const shape: Shape = { kind: 'nullable', type, versions }
  return {
    shape,
    initial: type.initial,
    equals: (draft, initial) => (draft === null || initial === null ? draft === initial : type.equals(draft, initial)),
    // Null is part of a type's own encoding, so the type is told by the scope and sees to it.
    compile: (scope) => type.compile({ ...scope, isNullable: hasVersion(versions, scope.version) }) as Codec<T | null, D | null>,
  }
}
