import type { Disk, DiskFile, DiskLock, DiskStat, OpenMode } from '@kafka-ts/io'

/** A disk that hands everything on to another. The base of disks that watch, and of disks that lie. */
export class DiskWrapper implements Disk {
  protected readonly inner: Disk

  constructor(inner: Disk) {
    this.inner = inner
  }

  openSync(path: string, mode: OpenMode): DiskFile {
    return this.inner.openSync(path, mode)
  }

  statSync(path: string): DiskStat | undefined {
    return this.inner.statSync(path)
  }

  listSync(path: string): string[] {
    return this.inner.listSync(path)
  }

  makeDirectorySync(path: string): void {
    this.inner.makeDirectorySync(path)
  }

  renameSync(from: string, to: string): void {
    this.inner.renameSync(from, to)
  }

  removeSync(path: string): void {
    this.inner.removeSync(path)
  }

  removeTree(path: string): Promise<void> {
    return this.inner.removeTree(path)
  }

  syncDirectory(path: string): Promise<void> {
    return this.inner.syncDirectory(path)
  }

  syncDirectorySync(path: string): void {
    this.inner.syncDirectorySync(path)
  }

  lockSync(path: string): DiskLock {
    return this.inner.lockSync(path)
  }

  freeBytes(path: string): Promise<number> {
    return this.inner.freeBytes(path)
  }
}

/** An open file that hands everything on to another. */
export class FileWrapper implements DiskFile {
  readonly path: string
  protected readonly inner: DiskFile

  constructor(inner: DiskFile) {
    this.path = inner.path
    this.inner = inner
  }

  sizeSync(): number {
    return this.inner.sizeSync()
  }

  writeSync(buffers: readonly Uint8Array[], position: number): void {
    this.inner.writeSync(buffers, position)
  }

  write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    return this.inner.write(buffers, position)
  }

  readSync(target: Uint8Array, position: number): number {
    return this.inner.readSync(target, position)
  }

  read(target: Uint8Array, position: number): Promise<number> {
    return this.inner.read(target, position)
  }

  truncateSync(size: number): void {
    this.inner.truncateSync(size)
  }

  sync(): Promise<void> {
    return this.inner.sync()
  }

  syncSync(): void {
    this.inner.syncSync()
  }

  closeSync(): void {
    this.inner.closeSync()
  }
}
