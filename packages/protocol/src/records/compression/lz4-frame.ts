/**
 * The lz4 frame format, little-endian (KIP-57: the header checksum is the specified one):
 *
 * ```
 * magic 0x184d2204 | flags | block descriptor | [content size (8)] | [dictionary id (4)] | header checksum (1)
 *   { block size (4, highest bit: stored) | block | [xxhash32 of the block] }*
 * 0 (4) | [xxhash32 of the content]
 * flags: version 01 (2 bits), independent blocks, block checksums, content size, content checksum, reserved, dictionary id
 * ```
 */
import { RecordsError } from '../records-error.ts'
import { copyLiteral, readWord } from './copy.ts'
import { compressLz4Block, decompressLz4Block, LZ4_OUTPUT_FULL, maxLz4BlockBytes } from './lz4-block.ts'
import { type Lz4Accelerator, nativeLz4 } from './native-lz4.ts'
import { xxhash32 } from './xxhash32.ts'

const MAGIC = 0x184d2204
/** Sixteen magics, 0x184d2a50 to 0x184d2a5f, open frames that a reader skips. */
const SKIPPABLE_MAGIC = 0x184d2a50
const VERSION_MASK = 0xc0
const VERSION_1 = 0x40
const INDEPENDENT_BLOCKS = 0x20
const BLOCK_CHECKSUMS = 0x10
const CONTENT_SIZE = 0x08
const CONTENT_CHECKSUM = 0x04
const RESERVED_FLAG = 0x02
const DICTIONARY_ID = 0x01
const STORED_BIT = 0x8000_0000
/** What Java's client writes: blocks of 64 KiB, independent, without checksums or content size. */
const WRITTEN_FLAGS = VERSION_1 | INDEPENDENT_BLOCKS
const WRITTEN_BLOCK_DESCRIPTOR = 0x40
const WRITTEN_BLOCK_BYTES = 64 * 1024
const WRITTEN_HEADER_BYTES = 7
/** By the three bits of the block descriptor. */
const BLOCK_BYTES = new Map([
  [4, 64 * 1024],
  [5, 256 * 1024],
  [6, 1024 * 1024],
  [7, 4 * 1024 * 1024],
])
/** For a smaller block a call into the addon does not pay. */
const NATIVE_FROM_BYTES = 512
/** No sequence makes more bytes of one. */
const MAX_EXPANSION = 255

/** Compresses into one frame, a buffer of its own, as Java's client does. `accelerator` null: in JavaScript alone. */
export function compressLz4Frame(bytes: Uint8Array, accelerator: Lz4Accelerator | null = nativeLz4): Uint8Array {
  const blockCount = Math.ceil(bytes.length / WRITTEN_BLOCK_BYTES)
  const output = new Uint8Array(WRITTEN_HEADER_BYTES + blockCount * (4 + maxLz4BlockBytes(WRITTEN_BLOCK_BYTES)) + 4)
  writeWord(output, 0, MAGIC)
  output[4] = WRITTEN_FLAGS
  output[5] = WRITTEN_BLOCK_DESCRIPTOR
  output[6] = xxhash32(output, 4, 6) >>> 8
  let at = WRITTEN_HEADER_BYTES
  for (let start = 0; start < bytes.length; start += WRITTEN_BLOCK_BYTES) {
    const block = bytes.subarray(start, start + WRITTEN_BLOCK_BYTES)
    at = writeBlock(block, output, at, block.length < NATIVE_FROM_BYTES ? null : accelerator)
  }
  writeWord(output, at, 0)
  return output.slice(0, at + 4)
}

/** A block that would not shrink is stored. */
function writeBlock(block: Uint8Array, output: Uint8Array, at: number, accelerator: Lz4Accelerator | null): number {
  const start = at + 4
  const end = accelerator === null ? compressLz4Block(block, 0, block.length, output, start) : start
  const compressed = accelerator === null ? output.subarray(start, end) : accelerator.compressBlock(block)
  const isStored = compressed.length >= block.length
  const written = isStored ? block : compressed
  writeWord(output, at, isStored ? block.length | STORED_BIT : compressed.length)
  if (isStored || accelerator !== null) output.set(written, start)
  return start + written.length
}

/**
 * Decompresses any legal sequence of frames; every checksum that is there is verified. Throws `RecordsError`: `too large`
 * (a declared content size is looked at first), `unsupported` for a frame that needs a dictionary, else `corrupt`.
 */
export function decompressLz4Frame(bytes: Uint8Array, maxOutputBytes: number, accelerator: Lz4Accelerator | null = nativeLz4): Uint8Array {
  return new Lz4FrameReader(bytes, maxOutputBytes, accelerator).read()
}

interface FrameHeader {
  readonly flags: number
  readonly blockBytes: number
  readonly contentBytes: number | undefined
}

class Lz4FrameReader {
  readonly #bytes: Uint8Array
  readonly #maxOutputBytes: number
  readonly #accelerator: Lz4Accelerator | null
  #at = 0
  #output = new Uint8Array(0)
  #outputBytes = 0

  constructor(bytes: Uint8Array, maxOutputBytes: number, accelerator: Lz4Accelerator | null) {
    this.#bytes = bytes
    this.#maxOutputBytes = maxOutputBytes
    this.#accelerator = accelerator
  }

  read(): Uint8Array {
    do {
      const magic = this.#readUint32()
      if (magic === MAGIC) this.#readFrame()
      else if (magic >= SKIPPABLE_MAGIC && magic < SKIPPABLE_MAGIC + 16) this.#skip(this.#readUint32())
      else throw corrupt('not an lz4 frame')
    } while (this.#at < this.#bytes.length)
    return this.#output.subarray(0, this.#outputBytes)
  }

  #readFrame(): void {
    const header = this.#readHeader()
    const contentStart = this.#outputBytes
    if (header.contentBytes !== undefined) this.#ensureDeclared(header.contentBytes)
    for (let size = this.#readUint32(); size !== 0; size = this.#readUint32()) this.#readBlock(size, header, contentStart)
    const contentBytes = this.#outputBytes - contentStart
    if (header.contentBytes !== undefined && contentBytes !== header.contentBytes)
      throw corrupt('an lz4 frame declares another size than it has')
    if ((header.flags & CONTENT_CHECKSUM) !== 0) this.#verifyChecksum(this.#output, contentStart, this.#outputBytes)
  }

  #readHeader(): FrameHeader {
    const start = this.#at
    this.#skip(2)
    const flags = this.#bytes[start]!
    const descriptor = this.#bytes[start + 1]!
    if ((flags & VERSION_MASK) !== VERSION_1 || (flags & RESERVED_FLAG) !== 0) throw corrupt('unknown version of the lz4 frame format')
    const blockBytes = BLOCK_BYTES.get(descriptor >>> 4)
    if (blockBytes === undefined || (descriptor & 0x0f) !== 0) throw corrupt('unknown block size of an lz4 frame')
    const contentBytes = (flags & CONTENT_SIZE) === 0 ? undefined : this.#readUint32() + this.#readUint32() * 2 ** 32
    if ((flags & DICTIONARY_ID) !== 0) throw new RecordsError('unsupported', 'an lz4 frame needs a dictionary')
    const headerEnd = this.#at
    this.#skip(1)
    const checksum = (xxhash32(this.#bytes, start, headerEnd) >>> 8) & 0xff
    if (this.#bytes[headerEnd] !== checksum) throw corrupt('the checksum of an lz4 header does not match')
    return { flags, blockBytes, contentBytes }
  }

  #readBlock(size: number, header: FrameHeader, contentStart: number): void {
    const isStored = size >= STORED_BIT
    const inputBytes = isStored ? size - STORED_BIT : size
    const start = this.#at
    if (inputBytes > header.blockBytes) throw corrupt('an lz4 block is larger than its frame allows')
    this.#skip(inputBytes)
    if ((header.flags & BLOCK_CHECKSUMS) !== 0) this.#verifyChecksum(this.#bytes, start, start + inputBytes)
    const outStart = this.#outputBytes
    // What the block may become: it bounds the allocation too.
    const expandedBytes = isStored ? inputBytes : Math.min(header.blockBytes, inputBytes * MAX_EXPANSION)
    const outEnd = Math.min(outStart + expandedBytes, this.#maxOutputBytes)
    this.#ensureCapacity(outEnd)
    const isBoundOurs = outEnd === this.#maxOutputBytes
    if (isStored) {
      if (outStart + inputBytes > outEnd) throw this.#tooLarge()
      copyLiteral(this.#bytes, start, this.#output, outStart, inputBytes)
      this.#outputBytes = outStart + inputBytes
      return
    }
    const isIndependent = (header.flags & INDEPENDENT_BLOCKS) !== 0
    if (isIndependent && this.#readNatively(start, inputBytes, outEnd)) return
    const window = { output: this.#output, windowStart: isIndependent ? outStart : contentStart, outStart, outEnd }
    const end = decompressLz4Block(this.#bytes, start, start + inputBytes, window)
    if (end === LZ4_OUTPUT_FULL) throw isBoundOurs ? this.#tooLarge() : corrupt('an lz4 block becomes larger than its frame allows')
    this.#outputBytes = end
  }

  /** False when there is no accelerator, or it refuses the block. */
  #readNatively(start: number, inputBytes: number, outEnd: number): boolean {
    if (this.#accelerator === null || inputBytes < NATIVE_FROM_BYTES) return false
    const block = this.#accelerator.decompressBlock(this.#bytes.subarray(start, start + inputBytes), outEnd - this.#outputBytes)
    if (block === undefined) return false
    this.#output.set(block, this.#outputBytes)
    this.#outputBytes += block.length
    return true
  }

  #ensureDeclared(contentBytes: number): void {
    const end = this.#outputBytes + contentBytes
    if (end > this.#maxOutputBytes) throw this.#tooLarge()
    // A declared size that so few bytes cannot become is found out later; it must not be allocated.
    this.#ensureCapacity(Math.min(end, this.#outputBytes + (this.#bytes.length - this.#at) * MAX_EXPANSION))
  }

  #ensureCapacity(bytes: number): void {
    if (bytes <= this.#output.length) return
    const larger = new Uint8Array(Math.max(bytes, Math.min(this.#output.length * 2, this.#maxOutputBytes)))
    larger.set(this.#output.subarray(0, this.#outputBytes))
    this.#output = larger
  }

  #verifyChecksum(bytes: Uint8Array, start: number, end: number): void {
    if (this.#readUint32() !== xxhash32(bytes, start, end)) throw corrupt('the checksum of an lz4 block or frame does not match')
  }

  #readUint32(): number {
    const at = this.#at
    this.#skip(4)
    return readWord(this.#bytes, at) >>> 0
  }

  #skip(bytes: number): void {
    if (bytes > this.#bytes.length - this.#at) throw corrupt('an lz4 frame is cut short')
    this.#at += bytes
  }

  #tooLarge(): RecordsError {
    return new RecordsError('too large', `the records exceed ${this.#maxOutputBytes} bytes`)
  }
}

function writeWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value
  bytes[at + 1] = value >>> 8
  bytes[at + 2] = value >>> 16
  bytes[at + 3] = value >>> 24
}

function corrupt(message: string): RecordsError {
  return new RecordsError('corrupt', message)
}
