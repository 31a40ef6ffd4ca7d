import { join } from 'node:path'
import type { Disk } from '@kafka-ts/io'
import { readTextFileSync, writeFileAtomically } from './atomic-file.ts'

const CLEAN_FILE = 'clean-shutdown'
const FAILED_SYNC_FILE = 'failed-sync'

/** What a process leaves in a data directory to say how it ended. */
export interface FoundMarks {
  /** It closed the directory: the journal holds nothing. */
  readonly isClean: boolean
  /** An fsync had failed: the page cache may hold what the disk does not. */
  readonly hasFailedSync: boolean
}

/** The files `clean-shutdown` and `failed-sync` of a data directory. */
export class DirectoryMarks {
  readonly #path: string
  readonly #directoryId: string

  constructor(options: { readonly path: string; readonly directoryId: string }) {
    this.#path = options.path
    this.#directoryId = options.directoryId
  }

  readSync(disk: Disk): FoundMarks {
    return {
      // A mark that was copied from another directory says nothing of this one.
      isClean: readTextFileSync(disk, this.#cleanPath)?.trim() === this.#directoryId,
      hasFailedSync: disk.statSync(this.#failedPath) !== undefined,
    }
  }

  /** The last thing a process writes. Durable when it resolves; rejects with `DiskError`. */
  markClean(disk: Disk): Promise<void> {
    return writeFileAtomically(disk, this.#cleanPath, `${this.#directoryId}\n`)
  }

  /** Durable when it returns; throws `DiskError`. */
  markFailedSyncSync(disk: Disk): void {
    disk.openSync(this.#failedPath, 'create').closeSync()
    disk.syncDirectorySync(this.#path)
  }

  /** Before the first append: from now on the directory counts as in use. Rejects with `DiskError`. */
  async clear(disk: Disk): Promise<void> {
    const paths = [this.#cleanPath, this.#failedPath].filter((path) => disk.statSync(path) !== undefined)
    for (const path of paths) disk.removeSync(path)
    if (paths.length > 0) await disk.syncDirectory(this.#path)
  }

  get #cleanPath(): string {
    return join(this.#path, CLEAN_FILE)
  }

  get #failedPath(): string {
    return join(this.#path, FAILED_SYNC_FILE)
  }
}
