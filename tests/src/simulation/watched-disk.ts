import type { Disk, DiskFile, OpenMode } from '@kafka-ts/io'
import { DiskWrapper, FileWrapper } from './disk-wrapper.ts'
import type { StallGate } from './stall-gate.ts'

export interface DiskWatcher {
  readonly gate: StallGate
  onSyncFailed(path: string): void
  /** A sync of a file of which a sync has failed before. */
  onSyncedAgain(path: string): void
}

/** The disk of one life of the broker: its answers wait while the broker is stalled, and it notices what becomes of syncs. */
export class WatchedDisk extends DiskWrapper {
  readonly #watcher: DiskWatcher
  readonly #failed = new Set<string>()

  constructor(inner: Disk, watcher: DiskWatcher) {
    super(inner)
    this.#watcher = watcher
  }

  override openSync(path: string, mode: OpenMode): DiskFile {
    return new WatchedFile(this.inner.openSync(path, mode), this.#watcher, this.#failed)
  }

  override removeTree(path: string): Promise<void> {
    return this.#watcher.gate.pass(this.inner.removeTree(path))
  }

  override syncDirectory(path: string): Promise<void> {
    return this.#watcher.gate.pass(this.inner.syncDirectory(path))
  }

  override freeBytes(path: string): Promise<number> {
    return this.#watcher.gate.pass(this.inner.freeBytes(path))
  }
}

class WatchedFile extends FileWrapper {
  readonly #watcher: DiskWatcher
  readonly #failed: Set<string>

  constructor(inner: DiskFile, watcher: DiskWatcher, failed: Set<string>) {
    super(inner)
    this.#watcher = watcher
    this.#failed = failed
  }

  override write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    return this.#watcher.gate.pass(this.inner.write(buffers, position))
  }

  override read(target: Uint8Array, position: number): Promise<number> {
    return this.#watcher.gate.pass(this.inner.read(target, position))
  }

  override async sync(): Promise<void> {
    this.#beforeSync()
    try {
      await this.#watcher.gate.pass(this.inner.sync())
    } catch (error) {
      this.#onFailure()
      throw error
    }
  }

  override syncSync(): void {
    this.#beforeSync()
    try {
      this.inner.syncSync()
    } catch (error) {
      this.#onFailure()
      throw error
    }
  }

  #beforeSync(): void {
    if (this.#failed.has(this.path)) this.#watcher.onSyncedAgain(this.path)
  }

  #onFailure(): void {
    this.#failed.add(this.path)
    this.#watcher.onSyncFailed(this.path)
  }
}
