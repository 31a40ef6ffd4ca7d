/** What the matrix asks of a client, one column of docs/compatibility.md each. */
export const features = [
  'create a topic',
  'list the topics',
  'write none',
  'write gzip',
  'write snappy',
  'write lz4',
  'write zstd',
  'write idempotently',
  'read from the start',
  'read by timestamp',
  'read from the end',
  'read in a classic group',
  'read in a KIP-848 group',
] as const

export type Feature = (typeof features)[number]

/** True: a test shows it. Else why there is nothing to show. */
export type Cell = true | string
