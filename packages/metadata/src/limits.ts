import { MetadataError } from './metadata-error.ts'
import type { Compare, Operation, Transaction } from './metadata-store.ts'

/** Operations in each branch of a transaction, and compares, at most (etcd's `--max-txn-ops`). */
export const MAX_TRANSACTION_OPERATIONS = 128
/** Bytes of one request, keys, values and framing (etcd's `--max-request-bytes`). */
export const MAX_REQUEST_BYTES = 1536 * 1024
/** Milliseconds; a shorter lease is made this long (etcd at its default election timeout). */
export const LEASE_TTL_FLOOR_MS = 2000
/** Milliseconds; ten years. */
export const LEASE_TTL_CEILING_MS = 10 * 365 * 24 * 3600 * 1000
/** Entries of one page of a range. */
export const MAX_PAGE_ENTRIES = 1000

/** More than what etcd's encoding adds to the key and value of one operation or compare. */
const FRAMING_BYTES = 48

/** Refuses a transaction that any implementation would refuse. Leases are not looked at. */
export function checkTransaction(transaction: Transaction): void {
  const { compares = [], success, failure = [] } = transaction
  for (const [name, list] of Object.entries({ compares, success, failure })) {
    if (list.length <= MAX_TRANSACTION_OPERATIONS) continue
    throw new MetadataError('TOO_MANY_OPERATIONS', `${name} has ${list.length} operations, at most ${MAX_TRANSACTION_OPERATIONS} are taken`)
  }
  let bytes = 0
  for (const compare of compares) bytes += checkCompare(compare)
  for (const operation of success) bytes += checkOperation(operation)
  for (const operation of failure) bytes += checkOperation(operation)
  if (bytes > MAX_REQUEST_BYTES) {
    throw new MetadataError('REQUEST_TOO_LARGE', `the transaction has ${bytes} bytes, at most ${MAX_REQUEST_BYTES} are taken`)
  }
  ensureNoKeyWrittenTwice(success)
  ensureNoKeyWrittenTwice(failure)
}

/** A key must be a non-empty string that survives UTF-8. */
export function checkKey(key: string): void {
  if (typeof key !== 'string' || key.length === 0) throw new MetadataError('INVALID_ARGUMENT', 'a key must not be empty')
  checkPrefix(key)
}

/** As a key, but it may be empty. */
export function checkPrefix(prefix: string): void {
  if (typeof prefix !== 'string' || !prefix.isWellFormed()) throw new MetadataError('INVALID_ARGUMENT', 'a key must be well-formed Unicode')
}

/** Refuses what is not a whole number of at least `minimum`. */
export function checkInteger(name: string, value: number, minimum: number): void {
  if (Number.isSafeInteger(value) && value >= minimum) return
  throw new MetadataError('INVALID_ARGUMENT', `${name} must be a whole number of at least ${minimum}, not ${value}`)
}

/** What a lease asked to last `ttlMs` is granted. */
export function grantedTtlMs(ttlMs: number): number {
  checkInteger('ttlMs', ttlMs, 1)
  if (ttlMs > LEASE_TTL_CEILING_MS) {
    throw new MetadataError('INVALID_ARGUMENT', `a lease lasts at most ${LEASE_TTL_CEILING_MS} ms, not ${ttlMs}`)
  }
  return Math.max(LEASE_TTL_FLOOR_MS, Math.ceil(ttlMs / 1000) * 1000)
}

function checkCompare(compare: Compare): number {
  checkKey(compare.key)
  return byteLength(compare.key) + FRAMING_BYTES + (compare.target === 'value' ? comparedValueBytes(compare) : 0)
}

function comparedValueBytes(compare: Extract<Compare, { target: 'value' }>): number {
  if ('equals' in compare) return compare.equals.byteLength
  if ('notEqual' in compare) return compare.notEqual.byteLength
  return 'greater' in compare ? compare.greater.byteLength : compare.less.byteLength
}

function checkOperation(operation: Operation): number {
  switch (operation.type) {
    case 'put':
      checkKey(operation.key)
      if (operation.leaseId !== undefined) checkInteger('leaseId', operation.leaseId, 0)
      return byteLength(operation.key) + operation.value.byteLength + FRAMING_BYTES
    case 'deletePrefix':
      checkPrefix(operation.prefix)
      // etcd is sent the range's end too, which is as long as its start.
      return 2 * byteLength(operation.prefix) + FRAMING_BYTES
    case 'delete':
    case 'get':
      checkKey(operation.key)
      return byteLength(operation.key) + FRAMING_BYTES
  }
}

function ensureNoKeyWrittenTwice(operations: readonly Operation[]): void {
  const keys = new Set<string>()
  const prefixes: string[] = []
  for (const operation of operations) {
    if (operation.type === 'get') continue
    const written = operation.type === 'deletePrefix' ? operation.prefix : operation.key
    const isTwice =
      prefixes.some((prefix) => written.startsWith(prefix)) ||
      (operation.type === 'deletePrefix' ? [...keys, ...prefixes].some((key) => key.startsWith(written)) : keys.has(written))
    if (isTwice) throw new MetadataError('DUPLICATE_KEY', `the transaction writes ${JSON.stringify(written)} more than once`)
    if (operation.type === 'deletePrefix') prefixes.push(written)
    else keys.add(written)
  }
}

function byteLength(key: string): number {
  return Buffer.byteLength(key, 'utf8')
}
