/** Error codes of a disk, as Node names them (`ENOSPC`, `EIO`, `ENOENT`, ...); `LOCKED` when another process holds a lock. */
export class DiskError extends Error {
  override readonly name = 'DiskError'
  readonly code: string
  readonly path: string
  constructor(code: string, options: { readonly path: string; readonly operation: string; readonly cause?: unknown }) {
    super(`${code}: ${options.operation} ${options.path}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.path = options.path
  }
}

/**
 * An open file. Calls ending in `Sync` run on the loop: they are for small writes into the page cache, for opening and for
 * recovery. Reads of cold data and everything that makes data durable go off the loop.
 */
export interface DiskFile {
  readonly path: string
  /** Bytes, from the file system. */
  sizeSync(): number
  /**
   * Writes all buffers one after the other at `position`, as one gathering write where it can. Retries short writes; throws
   * `DiskError`, after which an unknown part may have been written: the caller cuts back.
   */
  writeSync(buffers: readonly Uint8Array[], position: number): void
  /** As `writeSync`, off the loop. The buffers must stay unchanged until it settles. */
  write(buffers: readonly Uint8Array[], position: number): Promise<void>
  /** Fills `target` from `position`; returns the bytes read, fewer only at the end of the file. */
  readSync(target: Uint8Array, position: number): number
  /** As `readSync`, off the loop. */
  read(target: Uint8Array, position: number): Promise<number>
  truncateSync(size: number): void
  /** Makes the content (and size) durable: fdatasync. After it failed, nothing this file held in memory is to be trusted. */
  sync(): Promise<void>
  syncSync(): void
  /** Idempotent. */
  closeSync(): void
}

export interface DiskStat {
  readonly size: number
  readonly isDirectory: boolean
  readonly mtimeMs: number
}

/** `read`: must exist. `readWrite`: must exist. `create`: opened for reading and writing, made when missing. `createNew`: must not exist. */
export type OpenMode = 'read' | 'readWrite' | 'create' | 'createNew'

/** A held lock: released by `release()` and by the death of the process. */
export interface DiskLock {
  release(): void
}

/** A file system. Paths are absolute. Every failure is a `DiskError`. */
export interface Disk {
  openSync(path: string, mode: OpenMode): DiskFile
  /** undefined when it does not exist. */
  statSync(path: string): DiskStat | undefined
  /** Names, sorted. */
  listSync(path: string): string[]
  /** With parents; fine when it exists. */
  makeDirectorySync(path: string): void
  /** Atomic within a file system; durable only once the directory is synced. */
  renameSync(from: string, to: string): void
  /** Removes a file; fine when it is missing. */
  removeSync(path: string): void
  /** Removes a directory and all below it; fine when it is missing. */
  removeTree(path: string): Promise<void>
  /** Makes the entries of a directory (creations, renames, removals) durable. */
  syncDirectory(path: string): Promise<void>
  syncDirectorySync(path: string): void
  /** Takes an exclusive lock on the file `path`, made when missing. Throws `DiskError` with code `LOCKED`. */
  lockSync(path: string): DiskLock
  /** Bytes an ordinary user may still write on the file system of `path`. */
  freeBytes(path: string): Promise<number>
}
