import { crc32c, murmur2 } from '@kafka-ts/protocol/records'
import { type ClusterImage, usableTopic } from '../../../controller/cluster-image.ts'
import { NO_HASH } from '../records/consumer-records.ts'

/**
 * Tells whether topics are what they were when an assignment was made: 64 bits, as 16 hexadecimal digits, of which topics of these names
 * there are, and how many partitions each has.
 */
export function metadataHash(names: ReadonlySet<string>, image: ClusterImage): string {
  let text = ''
  for (const name of [...names].sort()) {
    const topic = usableTopic(image, name)
    if (topic !== undefined) text += `${topic.id} ${topic.partitions.length} `
  }
  if (text === '') return NO_HASH
  const bytes = Buffer.from(text)
  return `${toHex(murmur2(bytes))}${toHex(crc32c(bytes, 0, bytes.length))}`
}

function toHex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}
