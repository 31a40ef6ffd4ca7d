import { Buffer } from 'node:buffer'

/** Up to this many characters a loop beats the call into the runtime's own encoder (measured). */
const LOOP_UP_TO_CHARACTERS = 14

/** Room that `writeAscii` may use beyond one byte a character: it must see a byte too many to tell that a string is not ASCII. */
export const UTF8_SLACK_BYTES = 4

/** Returned by `writeAscii` for a string that takes more than one byte a character. */
export const NOT_ASCII = -1

/** A Buffer with the methods behind `write` and `toString`, which Node does not declare; they save those a third of their time. */
export interface Utf8Buffer extends Buffer {
  utf8Write(text: string, at: number, maxBytes: number): number
  utf8Slice(start: number, end: number): string
  latin1Slice(start: number, end: number): string
}

/** The same bytes (not a copy) as a Buffer. */
export function asUtf8Buffer(bytes: Uint8Array): Utf8Buffer {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return buffer as Utf8Buffer
}

/**
 * Writes a string at one byte a character and returns the position behind it, or `NOT_ASCII` when it has other characters;
 * then what lies behind `at` is undefined. `UTF8_SLACK_BYTES` of room must follow the last character.
 */
export function writeAscii(buffer: Utf8Buffer, at: number, text: string): number {
  const length = text.length
  if (length > LOOP_UP_TO_CHARACTERS) {
    // UTF-8 has as many bytes as the string has UTF-16 units only if all are ASCII, and the slack keeps a cut from making them equal.
    return buffer.utf8Write(text, at, length + UTF8_SLACK_BYTES) === length ? at + length : NOT_ASCII
  }
  for (let index = 0; index < length; index++) {
    const character = text.charCodeAt(index)
    if (character > 0x7f) return NOT_ASCII
    buffer[at + index] = character
  }
  return at + length
}
