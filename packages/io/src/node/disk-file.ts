import fs from 'node:fs'
import { DiskError, type DiskFile } from '../disk.ts'
import { attempt, attemptAsync } from './disk-error.ts'

/** POSIX systems take at most this many buffers in one gathering write (IOV_MAX). */
const MAX_GATHERED_BUFFERS = 1024

/** An open file descriptor. */
export class NodeDiskFile implements DiskFile {
  readonly path: string
  readonly #descriptor: number
  #isClosed = false
  #pendingCalls = 0

  constructor(path: string, descriptor: number) {
    this.path = path
    this.#descriptor = descriptor
  }

  sizeSync(): number {
    this.#ensureOpen('stat')
    return attempt('stat', this.path, () => fs.fstatSync(this.#descriptor).size)
  }

  writeSync(buffers: readonly Uint8Array[], position: number): void {
    this.#ensureOpen('write')
    attempt('write', this.path, () => {
      const gathering = new GatheringWrite(this.path, buffers, position)
      while (!gathering.isDone) {
        const slice = gathering.next()
        const [first] = slice
        gathering.advance(
          slice.length === 1 && first !== undefined
            ? fs.writeSync(this.#descriptor, first, 0, first.length, gathering.position)
            : fs.writevSync(this.#descriptor, slice, gathering.position),
        )
      }
    })
  }

  write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    return this.#offLoop('write', async () => {
      const gathering = new GatheringWrite(this.path, buffers, position)
      while (!gathering.isDone) {
        const slice = gathering.next()
        gathering.advance(
          await attemptAsync<number>('write', this.path, (done) => fs.writev(this.#descriptor, slice, gathering.position, done)),
        )
      }
    })
  }

  readSync(target: Uint8Array, position: number): number {
    this.#ensureOpen('read')
    return attempt('read', this.path, () => {
      let filled = 0
      while (filled < target.length) {
        const count = fs.readSync(this.#descriptor, target, filled, target.length - filled, position + filled)
        if (count === 0) break
        filled += count
      }
      return filled
    })
  }

  read(target: Uint8Array, position: number): Promise<number> {
    return this.#offLoop('read', async () => {
      let filled = 0
      while (filled < target.length) {
        const offset = filled
        const count = await attemptAsync<number>('read', this.path, (done) =>
          fs.read(this.#descriptor, target, offset, target.length - offset, position + offset, (error, bytesRead) =>
            done(error, bytesRead),
          ),
        )
        if (count === 0) break
        filled += count
      }
      return filled
    })
  }

  truncateSync(size: number): void {
    this.#ensureOpen('truncate')
    attempt('truncate', this.path, () => fs.ftruncateSync(this.#descriptor, size))
  }

  sync(): Promise<void> {
    return this.#offLoop('sync', () => attemptAsync('sync', this.path, (done) => fs.fdatasync(this.#descriptor, done)))
  }

  syncSync(): void {
    this.#ensureOpen('sync')
    attempt('sync', this.path, () => fs.fdatasyncSync(this.#descriptor))
  }

  closeSync(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#pendingCalls === 0) this.#closeDescriptor()
  }

  /**
   * The descriptor outlives `closeSync` until the calls in the thread pool are back: closed under them, its number could
   * be given to another file, and a late write would land there.
   */
  async #offLoop<Result>(operation: string, call: () => Promise<Result>): Promise<Result> {
    this.#ensureOpen(operation)
    this.#pendingCalls++
    try {
      return await call()
    } finally {
      this.#pendingCalls--
      if (this.#isClosed && this.#pendingCalls === 0) this.#closeDescriptor()
    }
  }

  #closeDescriptor(): void {
    attempt('close', this.path, () => fs.closeSync(this.#descriptor))
  }

  #ensureOpen(operation: string): void {
    if (this.#isClosed) throw new DiskError('EBADF', { path: this.path, operation })
  }
}

/** The progress of one write of many buffers, however short the single calls turn out. */
class GatheringWrite {
  position: number
  readonly #path: string
  #left: readonly Uint8Array[]

  constructor(path: string, buffers: readonly Uint8Array[], position: number) {
    this.#path = path
    this.#left = buffers
    this.position = position
    this.#dropWritten(0)
  }

  get isDone(): boolean {
    return this.#left.length === 0
  }

  /** The buffers of the next call. */
  next(): readonly Uint8Array[] {
    return this.#left.length <= MAX_GATHERED_BUFFERS ? this.#left : this.#left.slice(0, MAX_GATHERED_BUFFERS)
  }

  advance(written: number): void {
    // A disk that takes nothing and reports no error would keep the loop spinning for ever.
    if (written === 0) throw new DiskError('EIO', { path: this.#path, operation: 'write' })
    this.position += written
    this.#dropWritten(written)
  }

  #dropWritten(written: number): void {
    let index = 0
    let rest = written
    for (; index < this.#left.length; index++) {
      const length = this.#left[index]?.length ?? 0
      if (length > rest) break
      rest -= length
    }
    if (rest === 0 && index === 0) return
    const left = this.#left.slice(index)
    if (rest > 0 && left[0] !== undefined) left[0] = left[0].subarray(rest)
    this.#left = left
  }
}
