import type { Clock, Disk } from '@kafka-ts/io'
import { deletionOf } from '../evaluate.ts'
import { KeySpace } from '../key-space.ts'
import { LocalMetadataStore } from '../local-metadata-store.ts'
import type { MetadataStore } from '../metadata-store.ts'
import { FileRevisionLog } from './file-revision-log.ts'
import { loadStore, writeSnapshot } from './store-file.ts'

export interface EmbeddedMetadataStoreOptions {
  readonly clock: Clock
  readonly disk: Disk
  /** An absolute path, made when missing; only this store uses it. The caller holds the lock of the data directory it is in. */
  readonly directory: string
  /** Revisions that can be read and watched from; `DEFAULT_RETAINED_REVISIONS`. */
  readonly retainedRevisions?: number
  /** The file is not rewritten before it has this many bytes. */
  readonly minRewriteBytes?: number
}

/**
 * Opens the store of a single broker, in a file of its own. Leases do not outlive the process: keys that were attached to one are
 * deleted here, in one revision. Throws `CORRUPT` when the file is damaged (a torn end is not damage: nothing of it was
 * acknowledged), `UNSUPPORTED_FORMAT`, or a `DiskError`.
 */
export async function openEmbeddedMetadataStore(options: EmbeddedMetadataStoreOptions): Promise<MetadataStore> {
  const { disk, directory } = options
  const loaded = loadStore(disk, directory)
  if (loaded === undefined) makeDirectory(disk, directory)
  const keySpace = loaded?.keySpace ?? new KeySpace()
  const hadLeases = deleteLeasedKeys(keySpace)
  // An unclean end may be torn, or whole but never synced, or left in the page cache by a failed sync: writing everything
  // anew needs no telling which.
  const isAsOnDisk = loaded?.isClean === true && !hadLeases
  const { sizeBytes } = isAsOnDisk ? loaded : await writeSnapshot(disk, directory, { keySpace, revision: keySpace.revision })
  const log = new FileRevisionLog({ ...options, keySpace, sizeBytes })
  return new LocalMetadataStore({ ...options, keySpace, log })
}

function deleteLeasedKeys(keySpace: KeySpace): boolean {
  const keys = keySpace.leasesInUse().flatMap((leaseId) => keySpace.keysOfLease(leaseId))
  const batch = deletionOf(keySpace, keys)
  if (batch !== undefined) keySpace.apply(batch)
  return batch !== undefined
}

/** The directory, and its entry in its parent. */
function makeDirectory(disk: Disk, directory: string): void {
  disk.makeDirectorySync(directory)
  disk.syncDirectorySync(directory.slice(0, directory.lastIndexOf('/')) || '/')
}
