import { Buffer } from 'node:buffer'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RecordsError } from '../records-error.ts'
import { joinPieces } from './join-pieces.test-support.ts'
import { compressLz4Frame, decompressLz4Frame } from './lz4-frame.ts'
import { type Lz4Accelerator, nativeLz4 } from './native-lz4.ts'
import { xxhash32 } from './xxhash32.ts'

const times = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3000 }))
/** Now and then larger than a block of the codec. */
const compressible = fc.array(fc.tuple(fc.uint8Array({ maxLength: 40 }), times), { maxLength: 6 }).map(joinPieces)

interface NativeLz4 {
  compressFrameSync(input: Uint8Array, options?: { contentChecksum?: boolean; blockChecksums?: boolean }): Buffer
  decompressFrameSync(input: Uint8Array): Buffer
}

const native = loadNative()

function loadNative(): NativeLz4 | undefined {
  try {
    return createRequire(import.meta.url)('lz4-napi') as NativeLz4
  } catch {
    return undefined
  }
}

/** `'linked blocks, the same text in both '.repeat(4000)` by python-lz4 4.4.5: linked blocks, block and content checksums, content size. */
const LINKED_FRAME =
  '04224d185c402042020000000000c030010000ff166c696e6b656420626c6f636b732c207468652073616d65207465787420696e20626f7468202500ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc350656420626ca14104f20a0100000ff7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe8502c207468657617f0e14c0000000f2500ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff4a50626f7468204b76fcb50000000093494241'

describe('lz4', () => {
  test.each([nativeLz4, null])('round-trips', (accelerator) => {
    fc.assert(
      fc.property(compressible, (bytes) => {
        expect(Buffer.from(decompressLz4Frame(compressLz4Frame(bytes, accelerator), bytes.length, accelerator)).equals(bytes)).toBe(true)
      }),
    )
  })

  test.runIf(native !== undefined)('is understood by the native library, and understands it, with every checksum', () => {
    fc.assert(
      fc.property(compressible, fc.boolean(), fc.boolean(), (bytes, contentChecksum, blockChecksums) => {
        expect(native!.decompressFrameSync(compressLz4Frame(bytes, null)).equals(bytes)).toBe(true)
        const frame = native!.compressFrameSync(bytes, { contentChecksum, blockChecksums })
        expect(Buffer.from(decompressLz4Frame(frame, bytes.length, null)).equals(bytes)).toBe(true)
      }),
    )
  })

  test('reads frames of linked blocks with checksums and a content size', () => {
    const text = 'linked blocks, the same text in both '.repeat(4000)
    expect(Buffer.from(decompressLz4Frame(Buffer.from(LINKED_FRAME, 'hex'), text.length)).toString()).toBe(text)
  })

  test('verifies every checksum of a frame', () => {
    const frame = Buffer.from(LINKED_FRAME, 'hex')
    for (const position of [frame.length - 1, 14]) {
      const damaged = Buffer.from(frame)
      damaged[position]! ^= 1
      expect(() => decompressLz4Frame(damaged, 1_000_000)).toThrow('checksum')
    }
  })

  test('that would become larger than allowed is refused as too large', () => {
    fc.assert(
      fc.property(compressible, (bytes) => {
        fc.pre(bytes.length > 0)
        for (const accelerator of [nativeLz4, null]) {
          const read = () => decompressLz4Frame(compressLz4Frame(bytes), bytes.length - 1, accelerator)
          expect(read).toThrow(expect.objectContaining({ kind: 'too large' }))
        }
      }),
    )
    expect(() => decompressLz4Frame(Buffer.from(LINKED_FRAME, 'hex'), 1000)).toThrow(expect.objectContaining({ kind: 'too large' }))
  })

  test('that is damaged throws RecordsError or gives no more than allowed, the same with and without the accelerator', () => {
    fc.assert(
      fc.property(compressible, fc.nat(), fc.nat(255), (bytes, position, byte) => {
        const compressed = compressLz4Frame(bytes)
        compressed[position % compressed.length] = byte
        expectBounded(compressed, bytes.length)
        expect(verdict(compressed, bytes.length, null)).toEqual(verdict(compressed, bytes.length, nativeLz4))
        expectBounded(compressed.subarray(0, position % compressed.length), bytes.length)
      }),
    )
  })

  test('reads frames put one behind the other, and skips what is to be skipped', () => {
    const skippable = Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3)
    const joined = Buffer.concat([compressLz4Frame(Buffer.from('one ')), skippable, compressLz4Frame(Buffer.from('two'))])
    expect(Buffer.from(decompressLz4Frame(joined, 100)).toString()).toBe('one two')
  })
})

describe('xxhash32', () => {
  test.each([
    ['', 0x02cc5d05],
    ['a', 0x550d7456],
    ['abc', 0x32d153ff],
    ['Nobody inspects the spammish repetition', 0xe2293b2f],
  ])('has the published value of %j', (text, hash) => {
    const bytes = Buffer.from(text)
    expect(xxhash32(bytes, 0, bytes.length)).toBe(hash)
  })
})

function expectBounded(compressed: Uint8Array, maxOutputBytes: number): void {
  try {
    expect(decompressLz4Frame(compressed, maxOutputBytes).length).toBeLessThanOrEqual(maxOutputBytes)
  } catch (error) {
    expect(error).toBeInstanceOf(RecordsError)
  }
}

/** What came out, or the kind of error. */
function verdict(compressed: Uint8Array, maxOutputBytes: number, accelerator: Lz4Accelerator | null): string {
  try {
    return Buffer.from(decompressLz4Frame(compressed, maxOutputBytes, accelerator)).toString('hex')
  } catch (error) {
    return (error as RecordsError).kind
  }
}
