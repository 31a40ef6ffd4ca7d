import { Buffer } from 'node:buffer'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RecordsError } from '../records-error.ts'
import { joinPieces } from './join-pieces.test-support.ts'
import { compressSnappyBlock, maxSnappyBlockBytes } from './snappy-block.ts'
import { compressXerial, decompressSnappy } from './xerial.ts'

const times = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3000 }))
/** Now and then larger than a block of the codec. */
const compressible = fc.array(fc.tuple(fc.uint8Array({ maxLength: 40 }), times), { maxLength: 6 }).map(joinPieces)

interface NativeSnappy {
  compressSync(input: Uint8Array): Buffer
  uncompressSync(input: Uint8Array): Buffer
}

const native = loadNative()

function loadNative(): NativeSnappy | undefined {
  try {
    return createRequire(import.meta.url)('snappy') as NativeSnappy
  } catch {
    return undefined
  }
}

function compressBlock(bytes: Uint8Array): Uint8Array {
  const output = new Uint8Array(maxSnappyBlockBytes(bytes.length))
  return output.subarray(0, compressSnappyBlock(bytes, 0, bytes.length, output, 0))
}

describe('snappy', () => {
  test('round-trips in the framing of Java and as a bare block', () => {
    fc.assert(
      fc.property(compressible, (bytes) => {
        expect(Buffer.from(decompressSnappy(compressXerial(bytes), bytes.length)).equals(bytes)).toBe(true)
        expect(Buffer.from(decompressSnappy(compressBlock(bytes), bytes.length)).equals(bytes)).toBe(true)
      }),
    )
  })

  test.runIf(native !== undefined)('is understood by the native library, and understands it', () => {
    fc.assert(
      fc.property(compressible, (bytes) => {
        expect(native!.uncompressSync(compressBlock(bytes)).equals(bytes)).toBe(true)
        expect(Buffer.from(decompressSnappy(native!.compressSync(bytes), bytes.length)).equals(bytes)).toBe(true)
      }),
    )
  })

  test('that would become larger than allowed is refused as too large', () => {
    fc.assert(
      fc.property(compressible, (bytes) => {
        fc.pre(bytes.length > 0)
        for (const compressed of [compressXerial(bytes), compressBlock(bytes)]) {
          expect(() => decompressSnappy(compressed, bytes.length - 1)).toThrow(expect.objectContaining({ kind: 'too large' }))
        }
      }),
    )
  })

  test('that is damaged throws RecordsError or gives no more than allowed', () => {
    fc.assert(
      fc.property(compressible, fc.nat(), fc.nat(255), (bytes, position, byte) => {
        const compressed = compressXerial(bytes)
        compressed[position % compressed.length] = byte
        expectBounded(compressed, bytes.length)
        expectBounded(compressed.subarray(0, position % compressed.length), bytes.length)
      }),
    )
  })

  test('reads framed streams put one behind the other', () => {
    const joined = Buffer.concat([compressXerial(Buffer.from('one ')), compressXerial(Buffer.from('two'))])
    expect(Buffer.from(decompressSnappy(joined, 100)).toString()).toBe('one two')
  })

  test('refuses a block that claims more than its bytes can become, before allocating', () => {
    // A length of 2^32 - 1 and one literal.
    const bomb = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 0x61)
    expect(() => decompressSnappy(bomb, Number.MAX_SAFE_INTEGER)).toThrow(expect.objectContaining({ kind: 'corrupt' }))
  })
})

function expectBounded(compressed: Uint8Array, maxOutputBytes: number): void {
  try {
    expect(decompressSnappy(compressed, maxOutputBytes).length).toBeLessThanOrEqual(maxOutputBytes)
  } catch (error) {
    expect(error).toBeInstanceOf(RecordsError)
  }
}
