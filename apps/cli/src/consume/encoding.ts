import { isUtf8 } from 'node:buffer'
import type { ByteWriter } from './byte-writer.ts'

/** How keys and values are shown. */
export const encodings = ['utf8', 'json', 'hex', 'base64'] as const
export type Encoding = (typeof encodings)[number]

/** A view as a Buffer, uncopied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Writes a key or value into text output; as utf8 its bytes go through untouched. */
export function writePart(writer: ByteWriter, part: Uint8Array | null, encoding: Encoding, nullAs: string): void {
  if (part === null) writer.text(nullAs)
  else if (encoding === 'utf8') writer.bytes(part)
  else if (encoding === 'json') writer.text(compactJson(part))
  else writer.text(asBuffer(part).toString(encoding))
}

function compactJson(part: Uint8Array): string {
  const text = asBuffer(part).toString()
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    // What is no JSON is shown as a JSON string, so that every line of the output is JSON.
    return JSON.stringify(text)
  }
}

/** A key or value as JSON, and how it is encoded when that is not plain text. */
export interface JsonPart {
  readonly value: unknown
  readonly encoding: Exclude<Encoding, 'utf8'> | undefined
}

/** For JSON output. Bytes that are no text are given as base64, and say so: nothing is lost on the way. */
export function jsonPart(part: Uint8Array | null, encoding: Encoding): JsonPart {
  if (part === null) return { value: null, encoding: undefined }
  const buffer = asBuffer(part)
  if (encoding === 'hex' || encoding === 'base64') return { value: buffer.toString(encoding), encoding }
  if (!isUtf8(buffer)) return { value: buffer.toString('base64'), encoding: 'base64' }
  const text = buffer.toString()
  if (encoding === 'utf8') return { value: text, encoding: undefined }
  try {
    return { value: JSON.parse(text) as unknown, encoding: 'json' }
  } catch {
    return { value: text, encoding: undefined }
  }
}
