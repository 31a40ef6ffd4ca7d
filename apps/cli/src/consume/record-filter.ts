import { parsePattern } from '../topics/select-topics.ts'
import { asBuffer } from './encoding.ts'
import type { RawRecord } from './record-shape.ts'

/** Regular expressions that keys, values and headers (as `name=value`) must match. */
export interface FilterFlags {
  readonly 'filter-key'?: string | undefined
  readonly 'filter-value'?: string | undefined
  readonly 'filter-header'?: string | undefined
}

/** Whether a record is wanted; undefined when all are. A record without a key or value does not match what asks for one. */
export function recordFilter(flags: FilterFlags): ((record: RawRecord) => boolean) | undefined {
  const tests: ((record: RawRecord) => boolean)[] = []
  const { 'filter-key': key, 'filter-value': value, 'filter-header': header } = flags
  if (key !== undefined) {
    const pattern = parsePattern(key, '--filter-key')
    tests.push((record) => matches(pattern, record.key))
  }
  if (value !== undefined) {
    const pattern = parsePattern(value, '--filter-value')
    tests.push((record) => matches(pattern, record.value))
  }
  if (header !== undefined) {
    const pattern = parsePattern(header, '--filter-header')
    tests.push((record) =>
      record.headers.some((candidate) =>
        pattern.test(`${candidate.key}=${candidate.value === null ? '' : asBuffer(candidate.value).toString()}`),
      ),
    )
  }
  return tests.length === 0 ? undefined : (record) => tests.every((test) => test(record))
}

function matches(pattern: RegExp, part: Uint8Array | null): boolean {
  return part !== null && pattern.test(asBuffer(part).toString())
}
