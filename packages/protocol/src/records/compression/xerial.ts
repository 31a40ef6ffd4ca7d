/**
 * Snappy as it travels in Kafka: Java's Xerial framing, or a bare block (librdkafka and others). The framing is
 *
 * ```
 * 0x82 'SNAPPY' 0x00 | version (int32) 1 | compatible version (int32) 1 | { length (int32) | snappy block }*
 * ```
 */
import { readUint32, writeInt32 } from '../big-endian.ts'
import { RecordsError } from '../records-error.ts'
import { compressSnappyBlock, decompressSnappyElements, maxSnappyBlockBytes, readSnappyPreamble } from './snappy-block.ts'

const MAGIC = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00] as const
const HEADER_BYTES = 16
const VERSION = 1
/** What snappy-java compresses at a time. */
const CHUNK_BYTES = 32 * 1024

/** One block within the input, and how many bytes it becomes. */
interface Chunk {
  readonly start: number
  readonly end: number
  readonly elementsStart: number
  readonly uncompressedBytes: number
}

/** Compresses with the framing; the result is a buffer of its own. */
export function compressXerial(bytes: Uint8Array): Uint8Array {
  const chunkCount = Math.ceil(bytes.length / CHUNK_BYTES)
  const output = new Uint8Array(HEADER_BYTES + chunkCount * (4 + maxSnappyBlockBytes(CHUNK_BYTES)))
  output.set(MAGIC)
  writeInt32(output, 8, VERSION)
  writeInt32(output, 12, VERSION)
  let at = HEADER_BYTES
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    const blockEnd = compressSnappyBlock(bytes, start, Math.min(start + CHUNK_BYTES, bytes.length), output, at + 4)
    writeInt32(output, at, blockEnd - at - 4)
    at = blockEnd
  }
  return output.slice(0, at)
}

/** Decompresses either form. Throws `RecordsError` `too large`, before anything is allocated, or `corrupt`. */
export function decompressSnappy(bytes: Uint8Array, maxOutputBytes: number): Uint8Array {
  const chunks = hasMagic(bytes, 0) ? findChunks(bytes) : [readChunk(bytes, 0, bytes.length)]
  let outputBytes = 0
  for (const chunk of chunks) outputBytes += chunk.uncompressedBytes
  if (outputBytes > maxOutputBytes) throw new RecordsError('too large', `${outputBytes} bytes where ${maxOutputBytes} are allowed`)
  const output = new Uint8Array(outputBytes)
  let at = 0
  for (const chunk of chunks) {
    decompressSnappyElements(bytes, chunk.elementsStart, chunk.end, output, at, at + chunk.uncompressedBytes)
    at += chunk.uncompressedBytes
  }
  return output
}

/** The blocks between the lengths; streams that were put together bring their headers along. */
function findChunks(bytes: Uint8Array): Chunk[] {
  const chunks: Chunk[] = []
  let at = 0
  while (at < bytes.length) {
    if (hasMagic(bytes, at)) {
      at += HEADER_BYTES
      if (at > bytes.length) throw corrupt('a snappy header is cut short')
      continue
    }
    if (at + 4 > bytes.length) throw corrupt('the length of a snappy block is cut short')
    const start = at + 4
    const end = start + readUint32(bytes, at)
    if (end > bytes.length) throw corrupt('a snappy block is cut short')
    chunks.push(readChunk(bytes, start, end))
    at = end
  }
  return chunks
}

function readChunk(bytes: Uint8Array, start: number, end: number): Chunk {
  return { start, end, ...readSnappyPreamble(bytes, start, end) }
}

function hasMagic(bytes: Uint8Array, at: number): boolean {
  return MAGIC.every((byte, index) => bytes[at + index] === byte)
}

function corrupt(message: string): RecordsError {
  return new RecordsError('corrupt', message)
}
