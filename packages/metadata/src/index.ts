export { type EmbeddedMetadataStoreOptions, openEmbeddedMetadataStore } from './embedded/embedded-metadata-store.ts'
export {
  LEASE_TTL_CEILING_MS,
  LEASE_TTL_FLOOR_MS,
  MAX_PAGE_ENTRIES,
  MAX_REQUEST_BYTES,
  MAX_TRANSACTION_OPERATIONS,
} from './limits.ts'
export { DEFAULT_RETAINED_REVISIONS } from './local-metadata-store.ts'
export { createMemoryMetadataStore, type MemoryMetadataStoreOptions } from './memory-metadata-store.ts'
export { MetadataError, type MetadataErrorCode } from './metadata-error.ts'
export type {
  Compare,
  Comparison,
  Entry,
  GetResult,
  Lease,
  MetadataStore,
  Operation,
  OperationResponse,
  RangeOptions,
  RangeResult,
  ReadOptions,
  RevisionBatch,
  Transaction,
  TransactionResult,
  Watch,
  WatchEvent,
  WatchOptions,
} from './metadata-store.ts'
export { readAll } from './read-all.ts'
