import type { Disk, DiskFile, DiskLock, DiskStat, OpenMode } from '@kafka-ts/io'

/**
 * A disk that changes nothing any more once it is fenced: after a failed fsync another one could succeed and make a lie of
 * what was lost. Reads go on. All files of a data directory are reached through one of these.
 */
export class FencedDisk implements Disk {
  readonly #disk: Disk
  /**
   * Reads run on the loop: while a directory is opened no one waits for the loop, and the many small reads of a thousand logs
   * would mostly be trips to the thread pool.
   */
  readsOnLoop = false
  #fence: Error | undefined

  constructor(disk: Disk) {
    this.#disk = disk
  }

  /** From now on every change throws (or rejects with) `error`. */
  fence(error: Error): void {
    this.#fence ??= error
  }

  /** Throws when it is fenced. */
  ensureOpen(): void {
    if (this.#fence !== undefined) throw this.#fence
  }

  openSync(path: string, mode: OpenMode): DiskFile {
    if (mode === 'create' || mode === 'createNew') this.ensureOpen()
    return new FencedFile(this, this.#disk.openSync(path, mode))
  }

  statSync(path: string): DiskStat | undefined {
    return this.#disk.statSync(path)
  }

  listSync(path: string): string[] {
    return this.#disk.listSync(path)
  }

  makeDirectorySync(path: string): void {
    this.ensureOpen()
    this.#disk.makeDirectorySync(path)
  }

  renameSync(from: string, to: string): void {
    this.ensureOpen()
    this.#disk.renameSync(from, to)
  }

  removeSync(path: string): void {
    this.ensureOpen()
    this.#disk.removeSync(path)
  }

  async removeTree(path: string): Promise<void> {
    this.ensureOpen()
    await this.#disk.removeTree(path)
  }

  async syncDirectory(path: string): Promise<void> {
    this.ensureOpen()
    await this.#disk.syncDirectory(path)
  }

  syncDirectorySync(path: string): void {
    this.ensureOpen()
    this.#disk.syncDirectorySync(path)
  }

  lockSync(path: string): DiskLock {
    return this.#disk.lockSync(path)
  }

  freeBytes(path: string): Promise<number> {
    return this.#disk.freeBytes(path)
  }
}

class FencedFile implements DiskFile {
  readonly #disk: FencedDisk
  readonly #file: DiskFile

  constructor(disk: FencedDisk, file: DiskFile) {
    this.#disk = disk
    this.#file = file
  }

  get path(): string {
    return this.#file.path
  }

  sizeSync(): number {
    return this.#file.sizeSync()
  }

  writeSync(buffers: readonly Uint8Array[], position: number): void {
    this.#disk.ensureOpen()
    this.#file.writeSync(buffers, position)
  }

  async write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    this.#disk.ensureOpen()
    await this.#file.write(buffers, position)
  }

  readSync(target: Uint8Array, position: number): number {
    return this.#file.readSync(target, position)
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    return this.#disk.readsOnLoop ? this.#file.readSync(target, position) : this.#file.read(target, position)
  }

  truncateSync(size: number): void {
    this.#disk.ensureOpen()
    this.#file.truncateSync(size)
  }

  async sync(): Promise<void> {
    this.#disk.ensureOpen()
    await this.#file.sync()
  }

  syncSync(): void {
    this.#disk.ensureOpen()
    this.#file.syncSync()
  }

  closeSync(): void {
    this.#file.closeSync()
  }
}
