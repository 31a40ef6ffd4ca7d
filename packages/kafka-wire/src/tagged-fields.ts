import type { Codec } from './schema.ts'
import type { WireReader } from './wire-reader.ts'
import type { WireWriter } from './wire-writer.ts'

/**
 * What stands behind every struct of a flexible version (KIP-482), all numbers unsigned varints:
 *
 * | what | how often |
 * |---|---|
 * | number of tagged fields | once |
 * | tag, size, `size` bytes | for each, by rising tag |
 *
 * A reader skips the tags it does not know. In what order they come is not held against a peer, that one comes twice is.
 */

/** More than any message has or is likely to get. */
export const MAX_TAGGED_FIELDS = 64
/** A struct without tagged fields says so in one byte. */
export const MIN_TAGS_BYTES = 1

/** A tagged field of one version. */
export interface TaggedField {
  readonly tag: number
  readonly name: string
  readonly path: string
  readonly codec: Codec<unknown, unknown>
  /** Whether a draft is left out. */
  readonly isInitial: (draft: unknown) => boolean
}

type Values = Record<string, unknown>

/** Reads tagged fields into a struct that holds their defaults, and writes those that differ from them. */
export interface TagsCodec {
  read(reader: WireReader, value: Values): void
  write(writer: WireWriter, value: Values): void
}

/** The codec of the tagged fields of the struct at `path`. */
export function compileTags(fields: readonly TaggedField[], path: string): TagsCodec {
  const ordered = fields.toSorted((a, b) => a.tag - b.tag)
  return {
    read(reader, value) {
      const count = reader.unsignedVarint(path)
      if (count > 0) readTags(reader, value, { count, fields: ordered, path })
    },
    write(writer, value) {
      if (ordered.length === 0) writer.unsignedVarint(0)
      else writeTags(writer, value, ordered)
    },
  }
}

interface Announced {
  readonly count: number
  readonly fields: readonly TaggedField[]
  readonly path: string
}

function readTags(reader: WireReader, value: Values, { count, fields, path }: Announced): void {
  if (count > MAX_TAGGED_FIELDS) throw reader.malformed(path, `has ${count} tagged fields, the limit is ${MAX_TAGGED_FIELDS}`)
  const seen: number[] = []
  for (let index = 0; index < count; index++) {
    const tag = reader.unsignedVarint(path)
    if (seen.includes(tag)) throw reader.malformed(path, `has the tag ${tag} twice`)
    seen.push(tag)
    const size = reader.unsignedVarint(path)
    const field = fields.find((candidate) => candidate.tag === tag)
    if (field === undefined) reader.skip(size, path)
    else value[field.name] = readSized(reader, field, size)
  }
}

function readSized(reader: WireReader, { codec, path }: TaggedField, size: number): unknown {
  const end = reader.position + size
  if (size > reader.remainingBytes) throw reader.malformed(path, `needs ${size} bytes where ${reader.remainingBytes} are left`)
  const value = codec.read(reader)
  if (reader.position !== end) throw reader.malformed(path, `does not take the ${size} bytes that its size says`)
  return value
}

function writeTags(writer: WireWriter, value: Values, ordered: readonly TaggedField[]): void {
  let count = 0
  for (const field of ordered) if (!field.isInitial(value[field.name])) count++
  writer.unsignedVarint(count)
  if (count === 0) return
  for (const { tag, name, codec, isInitial } of ordered) {
    const draft = value[name]
    if (isInitial(draft)) continue
    writer.unsignedVarint(tag)
    const mark = writer.openSized()
    codec.write(writer, draft)
    writer.closeSized(mark)
  }
}
