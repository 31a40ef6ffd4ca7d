import { Writable } from 'node:stream'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ByteWriter } from '../consume/byte-writer.ts'
import { type RawRecord, recordJson } from '../consume/record-shape.ts'
import { formatWriter } from '../consume/record-writer.ts'
import { FormatReader } from './format-reader.ts'
import { BadInput, type InputRecord, type RecordReader } from './input-record.ts'
import { NdjsonReader } from './json-reader.ts'
import { LineSplitter } from './line-splitter.ts'

/** Bytes cut at any places into chunks. */
const chunked = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((left, right) => left - right), bytes.length]
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
}
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
const cuts = fc.array(fc.nat(1000), { maxLength: 8 })
const part = (bytesLike: InputRecord['key']) => (bytesLike === null ? null : Buffer.from(bytesLike).toString('hex'))

function readAll(reader: RecordReader, chunks: readonly Buffer[]): InputRecord[] {
  return [...chunks.flatMap((chunk) => [...reader.push(chunk)]), ...reader.end()].map((record) => {
    if (record instanceof BadInput) throw new Error(`${record.where}: ${record.reason}`)
    return record
  })
}

function recordOf(key: Buffer | null, value: Buffer | null): RawRecord {
  return { topic: 't', partition: 0, offset: 0, timestamp: 1, key: key as Buffer, value, headers: [] }
}

it('splitting at line feeds loses no byte, wherever the chunks are cut', () => {
  fc.assert(
    fc.property(bytes, cuts, (input, places) => {
      const splitter = new LineSplitter()
      const lines = [...chunked(input, places).flatMap((chunk) => [...splitter.push(chunk)]), ...splitter.end()]
      const expected = input.toString('latin1').split('\n')
      if (expected.at(-1) === '') expected.pop()
      expect(lines.map((line) => Buffer.from(line).toString('latin1'))).toEqual(expected)
    }),
  )
})

it('produce -f reads what consume -f wrote, as long as the separators are not in the records', async () => {
  const clean = bytes.map((buffer) => Buffer.from(buffer.filter((byte) => byte !== 0x09 && byte !== 0x00)))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(clean, clean), { maxLength: 8 }), cuts, async (records, places) => {
      const written: Buffer[] = []
      const sink = new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          written.push(Buffer.from(chunk))
          done()
        },
      })
      const out = new ByteWriter(sink)
      const writer = formatWriter('%k\\t%v\\0', out, { keyAs: 'utf8', valueAs: 'utf8', nullAs: '', isMetaOnly: false })
      for (const [key, value] of records) writer.write(recordOf(key, value))
      await out.flush()
      const read = readAll(new FormatReader('%k\\t%v\\0', undefined), chunked(Buffer.concat(written), places))
      expect(read.map(({ key, value }) => [part(key), part(value)])).toEqual(records.map(([key, value]) => [part(key), part(value)]))
    }),
  )
})

it('produce --input ndjson reads what consume -o ndjson wrote, whatever the bytes', () => {
  const maybe = fc.option(bytes)
  const view = fc.record({ keyAs: fc.constantFrom('utf8', 'hex', 'base64'), valueAs: fc.constantFrom('utf8', 'hex', 'base64') } as const)
  fc.assert(
    fc.property(maybe, maybe, view, (key, value, as) => {
      const line = recordJson(recordOf(key, value), { ...as, nullAs: '', isMetaOnly: false })
      const [read] = readAll(new NdjsonReader(), [Buffer.from(line)])
      expect([part(read!.key), part(read!.value), read!.timestamp]).toEqual([part(key), part(value), 1])
    }),
  )
})
