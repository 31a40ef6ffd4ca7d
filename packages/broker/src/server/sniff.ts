import { DEFAULT_MAX_KAFKA_FRAME_BYTES } from '@kafka-ts/kafka-wire'
import { PREAMBLE } from '@kafka-ts/protocol'

/** Which protocol the first bytes of a connection belong to; `undecided` until there are enough of them. */
export type SniffedProtocol = 'native' | 'kafka' | 'tls' | 'unknown' | 'undecided'

/** Bytes after which the protocol is known. */
export const SNIFF_BYTES = 4
/** A TLS record of the handshake type. */
const TLS_HANDSHAKE = 0x16

/** Looks at the first bytes of a connection. */
export function sniff(bytes: Uint8Array): SniffedProtocol {
  if (bytes[0] === TLS_HANDSHAKE) return 'tls'
  for (let index = 0; index < Math.min(bytes.length, SNIFF_BYTES); index++) {
    if (bytes[index] !== PREAMBLE[index]) return sniffKafka(bytes)
  }
  return bytes.length < SNIFF_BYTES ? 'undecided' : 'native'
}

/** Kafka's protocol begins with the length of its first frame: that of a frame it accepts is no text, and not our preamble. */
function sniffKafka(bytes: Uint8Array): SniffedProtocol {
  if (bytes.length < SNIFF_BYTES) return 'undecided'
  const length = new DataView(bytes.buffer, bytes.byteOffset, SNIFF_BYTES).getInt32(0)
  return length > 0 && length <= DEFAULT_MAX_KAFKA_FRAME_BYTES ? 'kafka' : 'unknown'
}
