const API_VERSIONS = 18
const CORRELATION_ID = 0x6b74
const HEADER_BYTES = 14
const TLS_ALERT = 0x15

/** Who answers at an address, told by its answer to Kafka's first question. */
export type Listener =
  | { readonly kind: 'kafka'; readonly apis: number }
  | { readonly kind: 'tls' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'other'; readonly begins: string }

/** Kafka's ApiVersions, version 0: `size, api key, version, correlation id, client id (null)`. Every Kafka broker answers it. */
export function apiVersionsRequest(): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES)
  bytes.writeInt32BE(HEADER_BYTES - 4, 0)
  bytes.writeInt16BE(API_VERSIONS, 4)
  bytes.writeInt16BE(0, 6)
  bytes.writeInt32BE(CORRELATION_ID, 8)
  bytes.writeInt16BE(-1, 12)
  return bytes
}

const SHOWN_BYTES = 16

/** Reads the answer: `size, correlation id, error code, number of APIs, ...`. */
export function readListener(answer: Buffer): Listener {
  if (answer.length === 0) return { kind: 'silent' }
  if (answer.length >= HEADER_BYTES && answer.readInt32BE(4) === CORRELATION_ID) return { kind: 'kafka', apis: answer.readInt32BE(10) }
  if (answer[0] === TLS_ALERT) return { kind: 'tls' }
  return { kind: 'other', begins: answer.toString('latin1', 0, SHOWN_BYTES).replace(/[^\x20-\x7e]/g, '.') }
}
