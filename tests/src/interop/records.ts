import type { RecordToWrite } from './interop-client.ts'

/** Something about a record that not every client can write. */
export type Trait = 'null header value' | 'empty header value' | 'binary header value'

interface NamedRecord {
  readonly what: string
  readonly needs?: Trait
  readonly record: Omit<RecordToWrite, 'timestamp'>
}

/** Enough that a codec that works in blocks of 64 KiB needs several. */
const longValueBytes = 150_000
const allBytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

const set: readonly NamedRecord[] = [
  { what: 'a key and a value', record: { key: base64('key-1'), value: base64('value 1'), headers: [] } },
  { what: 'no key', record: { key: null, value: base64('keyless'), headers: [] } },
  { what: 'a null value', record: { key: base64('tombstone'), value: null, headers: [] } },
  { what: 'an empty key and an empty value', record: { key: '', value: '', headers: [] } },
  { what: 'bytes that are no text', record: { key: base64(Buffer.from([0, 1, 0xfe, 0xff])), value: base64(allBytes), headers: [] } },
  {
    what: 'headers',
    record: {
      key: base64('headers'),
      value: base64('with headers'),
      headers: [
        ['trace', base64('abc-1')],
        ['größe', base64('grüße')],
      ],
    },
  },
  { what: 'a long value', record: { key: base64('long'), value: base64(longValue()), headers: [] } },
  {
    what: 'a header name twice',
    record: {
      key: base64('repeated'),
      value: base64('with a header twice'),
      headers: [
        ['again', base64('first')],
        ['again', base64('second')],
      ],
    },
  },
  {
    what: 'a header with an empty value',
    needs: 'empty header value',
    record: { key: base64('empty header'), value: base64('with an empty header'), headers: [['empty', '']] },
  },
  {
    what: 'a header without a value',
    needs: 'null header value',
    record: { key: base64('null header'), value: base64('with a null header'), headers: [['nothing', null]] },
  },
  {
    // Without a zero: kcat prints header values up to there.
    what: 'a header that is no text',
    needs: 'binary header value',
    record: {
      key: base64('binary header'),
      value: base64('with bytes in a header'),
      headers: [['bytes', base64(Buffer.from([1, 0x80, 0xff]))]],
    },
  },
]

/** The records a client is to write, a second apart: all of the set but those with something it cannot write. */
export function recordsFor(lacks: readonly Trait[], firstTimestamp: number): RecordToWrite[] {
  return set
    .filter(({ needs }) => needs === undefined || !lacks.includes(needs))
    .map(({ record }, index) => ({ ...record, timestamp: firstTimestamp + index * 1000 }))
}

/** Half of it repeats, so that every codec finds something to do; half of it does not, so that what it makes is long too. */
function longValue(): Buffer {
  const value = Buffer.alloc(longValueBytes, 'all work and no play ')
  let state = 1
  for (let at = 0; at < longValueBytes / 2; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    value[at] = state >>> 24
  }
  return value
}

export function base64(textOrBytes: string | Uint8Array): string {
  return Buffer.from(textOrBytes as Uint8Array).toString('base64')
}
