import type { ErrorName } from '@kafka-ts/protocol'
import { batchOf, batchOfValues } from './batches.ts'

/** Records that no broker takes, and the error that both doors give for them. */
export function hostileRecords(): (readonly [what: string, records: Uint8Array, error: ErrorName])[] {
  const flipped = batchOfValues('a')
  flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1
  return [
    ['a flipped bit', flipped, 'CORRUPT_MESSAGE'],
    ['a batch cut short', batchOfValues('a').subarray(0, 40), 'CORRUPT_MESSAGE'],
    ['a control batch', batchOf([{ value: 'a' }], { isControl: true }), 'INVALID_RECORD'],
    ['a batch of a transaction that nobody began', batchOf([{ value: 'a' }], { isTransactional: true }), 'INVALID_RECORD'],
    ['a record over the limit', batchOfValues('x'.repeat(2_000_000)), 'MESSAGE_TOO_LARGE'],
    ['a time two hours from now', batchOf([{ value: 'a', timestampMs: Date.now() + 2 * 3_600_000 }]), 'INVALID_TIMESTAMP'],
    ['nothing', new Uint8Array(0), 'INVALID_RECORD'],
    ['zeros', new Uint8Array(200), 'UNSUPPORTED_FOR_MESSAGE_FORMAT'],
  ]
}
