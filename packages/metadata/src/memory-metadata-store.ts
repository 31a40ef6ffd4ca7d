import type { Clock } from '@kafka-ts/io'
import { KeySpace } from './key-space.ts'
import { LocalMetadataStore } from './local-metadata-store.ts'
import type { MetadataStore } from './metadata-store.ts'
import { memoryRevisionLog } from './revision-log.ts'

export interface MemoryMetadataStoreOptions {
  readonly clock: Clock
  /** Revisions that can be read and watched from; `DEFAULT_RETAINED_REVISIONS`. */
  readonly retainedRevisions?: number
}

/** A store that lives as long as the process: for tests, and for brokers that keep nothing. */
export function createMemoryMetadataStore(options: MemoryMetadataStoreOptions): MetadataStore {
  return new LocalMetadataStore({ ...options, keySpace: new KeySpace(), log: memoryRevisionLog })
}
