import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Codec, codecs } from './interop-client.ts'

// The log of a partition is record batches one after the other, laid out as Kafka's:
//   0 base offset (8) | 8 length of what follows (4) | 12 leader epoch (4) | 16 magic (1) | 17 CRC (4) | 21 attributes (2) | ...
const lengthAt = 8
const headLength = 12
const attributesAt = 21
const codecMask = 0b111

/** The codec of each batch in the first segment of a partition, in order. */
export function storedCodecs(dataDir: string, topic: string, partition: number): Codec[] {
  const log = readFileSync(join(dataDir, `${topic}-${partition}`, '00000000000000000000.log'))
  const found: Codec[] = []
  for (let at = 0; at < log.length; at += headLength + log.readInt32BE(at + lengthAt)) {
    found.push(codecs[log.readInt16BE(at + attributesAt) & codecMask] as Codec)
  }
  return found
}
