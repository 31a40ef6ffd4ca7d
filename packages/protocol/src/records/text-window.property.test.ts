import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BATCH_HEADER_BYTES } from './layout.ts'
import { RecordBatchBuilder } from './record-batch-builder.ts'
import { RecordBatchReader } from './record-batch-reader.ts'
import { RecordWalker } from './record-walker.ts'
import { TEXT_WINDOW_BYTES, TextWindow } from './text-window.ts'
import { asUtf8Buffer } from './utf8.ts'

interface TestHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

interface TestRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: TestHeader[]
}

const utf8 = (text: string): Uint8Array => Buffer.from(text)
const ascii = fc.string({ unit: 'binary-ascii', maxLength: 150 }).map(utf8)
const raw = fc.uint8Array({ maxLength: 150 })
const long = fc.integer({ min: 0, max: 2 * TEXT_WINDOW_BYTES }).map((length) => utf8('x'.repeat(length)))
const field = fc.oneof(
  { weight: 40, arbitrary: ascii },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.oneof(raw, long, fc.string({ unit: 'grapheme', maxLength: 80 }).map(utf8)) },
)
const header = fc.record({ key: fc.string({ maxLength: 5 }), value: fc.oneof(fc.constant(null), raw) })
const headers: fc.Arbitrary<TestHeader[]> = fc.oneof(
  { weight: 10, arbitrary: fc.constant<TestHeader[]>([]) },
  { weight: 1, arbitrary: fc.array(header, { maxLength: 3 }) },
)
const records: fc.Arbitrary<TestRecord[]> = fc.array(fc.record({ key: field, value: field, headers }), { minLength: 1, maxLength: 60 })

function batchOf(appended: readonly TestRecord[]): Uint8Array {
  const builder = new RecordBatchBuilder({ maxBatchBytes: 1_000_000, initialBytes: 64 })
  // Timestamps far apart take long varints, with bytes above 0x7f.
  for (const [index, { key, value, headers }] of appended.entries()) {
    expect(builder.append(1_700_000_000_000 + index * 12_345, key, value, headers)).toBe(true)
  }
  return builder.build()
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString()
}

describe('the strings of a batch', () => {
  it('are those of its bytes, whatever is ASCII and whatever is asked for', () => {
    fc.assert(
      fc.property(records, fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }), (appended, asked) => {
        const reader = new RecordBatchReader(batchOf(appended), 0)
        for (const [index, { key, value }] of appended.entries()) {
          expect(reader.next()).toBe(true)
          if (asked[index % asked.length] === true) expect(reader.keyString()).toBe(textOf(key))
          if (asked[(index + 1) % asked.length] === true) expect(reader.valueString()).toBe(textOf(value))
        }
        expect(reader.next()).toBe(false)
      }),
    )
  })

  it('are right where a single byte is not ASCII, wherever it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 29 }),
        fc.integer({ min: 0, max: 29 }),
        fc.integer({ min: 0x80, max: 0xff }),
        (at, byteAt, byte) => {
          const appended = Array.from({ length: 30 }, (_, index) => {
            const value = utf8(`value ${index} `.padEnd(30, '.'))
            if (index === at) value[byteAt] = byte
            return { key: utf8(`key ${index}`), value, headers: [] }
          })
          const reader = new RecordBatchReader(batchOf(appended), 0)
          for (const { key, value } of appended) {
            reader.next()
            expect([reader.keyString(), reader.valueString()]).toEqual([textOf(key), textOf(value)])
          }
        },
      ),
    )
  })

  it('are not read from attributes that stand in for a byte of text', () => {
    const appended = [0, 1, 2].map((index) => ({ key: null, value: utf8(`value ${index}`), headers: [] }))
    const batch = batchOf(appended)
    // The attributes of the second record; none of Kafka's versions uses them.
    const walker = new RecordWalker()
    const second = walker.walk(batch, BATCH_HEADER_BYTES, batch.length)
    batch[second + 1] = 0xff
    const reader = new RecordBatchReader(batch, 0)
    for (const { value } of appended) {
      reader.next()
      expect(reader.valueString()).toBe(textOf(value))
    }
  })

  it('are given up to the record that is malformed, which is reported in its turn', () => {
    const appended = [0, 1, 2, 3].map((index) => ({ key: null, value: utf8(`value ${index}`), headers: [] }))
    const batch = batchOf(appended)
    const walker = new RecordWalker()
    const second = walker.walk(batch, BATCH_HEADER_BYTES, batch.length)
    const third = walker.walk(batch, second, batch.length)
    batch[third] = 0
    const reader = new RecordBatchReader(batch, 0)
    for (const { value } of appended.slice(0, 2)) {
      reader.next()
      expect(reader.valueString()).toBe(textOf(value))
    }
    expect(() => reader.next()).toThrow('a record is longer than its batch')
  })
})

describe('the window', () => {
  it('spans records of ASCII, and no more bytes than its size', () => {
    const appended = Array.from({ length: 50 }, (_, index) => ({ key: null, value: utf8(`${index}`.padEnd(90, '.')), headers: [] }))
    const bytes = asUtf8Buffer(batchOf(appended))
    const window = new TextWindow(bytes)
    window.open({ recordStart: BATCH_HEADER_BYTES, recordsLeft: 50, batchEnd: bytes.length })
    const walker = new RecordWalker()
    let end = BATCH_HEADER_BYTES
    for (let next = end; next <= BATCH_HEADER_BYTES + TEXT_WINDOW_BYTES; next = walker.walk(bytes, end, bytes.length)) end = next
    expect(end).toBeGreaterThan(BATCH_HEADER_BYTES + 900)
    expect(window.isDue(end - 10, end)).toBe(false)
    expect(window.isDue(end, end + 10)).toBe(true)
  })

  it('is tried less often where text is not ASCII', () => {
    const appended = Array.from({ length: 2000 }, () => ({ key: null, value: utf8('größer als ASCII'), headers: [] }))
    const bytes = asUtf8Buffer(batchOf(appended))
    const window = new TextWindow(bytes)
    const walker = new RecordWalker()
    let tries = 0
    for (let at = BATCH_HEADER_BYTES, left = appended.length; left > 0; left--) {
      const end = walker.walk(bytes, at, bytes.length)
      if (window.isDue(walker.valueStart, walker.valueEnd)) {
        tries++
        window.open({ recordStart: at, recordsLeft: left, batchEnd: bytes.length })
      }
      expect(window.slice(walker.valueStart, walker.valueEnd)).toBe('größer als ASCII')
      at = end
    }
    expect(tries).toBe(3)
  })
})
