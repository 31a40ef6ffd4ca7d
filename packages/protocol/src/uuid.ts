import { Buffer } from 'node:buffer'
import { KafkaError } from './errors.ts'

/** Bytes of a uuid. */
export const UUID_BYTES = 16

const ZERO_UUID_TEXT = 'AAAAAAAAAAAAAAAAAAAAAA'

/** The id that means "none". */
export const ZERO_UUID: Uint8Array = new Uint8Array(UUID_BYTES)

/** Kafka's text form of a uuid (base64url without padding, 22 characters); also the key to use in a Map. */
export function uuidToString(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.length).toString('base64url')
}

/** The uuid of Kafka's text form. Throws INVALID_ARGUMENT. */
export function uuidFromString(text: string): Uint8Array {
  const id = Buffer.from(text, 'base64url')
  if (text.length !== ZERO_UUID_TEXT.length || id.length !== UUID_BYTES || id.toString('base64url') !== text) {
    throw new KafkaError('INVALID_ARGUMENT', `"${text}" is not a uuid in base64url, as ${ZERO_UUID_TEXT} is.`)
  }
  return new Uint8Array(id)
}
