import { DiskError, type DiskFile } from '../../disk.ts'
import type { FileNode } from './directory-tree.ts'
import { type DiskEngine, type DiskSession, ensureNoFault } from './disk-engine.ts'
import type { DiskOperation } from './faults.ts'

/** An open file of a simulated disk; dead once its process is. */
export class SimulatedDiskFile implements DiskFile {
  readonly path: string
  readonly #engine: DiskEngine
  readonly #session: DiskSession
  readonly #node: FileNode
  readonly #isReadOnly: boolean
  #isClosed = false

  constructor(path: string, options: { engine: DiskEngine; session: DiskSession; node: FileNode; isReadOnly: boolean }) {
    this.path = path
    this.#engine = options.engine
    this.#session = options.session
    this.#node = options.node
    this.#isReadOnly = options.isReadOnly
  }

  sizeSync(): number {
    return this.#runSync('stat', (faultCode) => {
      ensureNoFault(faultCode, this.path, 'stat')
      return this.#node.content.size
    })
  }

  writeSync(buffers: readonly Uint8Array[], position: number): void {
    this.#runSync('write', (faultCode) => this.#write(buffers, position, faultCode))
  }

  async write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    await this.#runAsync('write', (faultCode) => this.#write(buffers, position, faultCode))
  }

  readSync(target: Uint8Array, position: number): number {
    return this.#runSync('read', (faultCode) => this.#read(target, position, faultCode))
  }

  read(target: Uint8Array, position: number): Promise<number> {
    return this.#runAsync('read', (faultCode) => this.#read(target, position, faultCode))
  }

  truncateSync(size: number): void {
    this.#runSync('truncate', (faultCode) => {
      ensureNoFault(faultCode, this.path, 'truncate')
      this.#ensureWritable('truncate')
      this.#node.content.truncate(size)
    })
  }

  async sync(): Promise<void> {
    const mark = this.#node.content.markSync()
    await this.#runAsync('sync', (faultCode) => this.#sync(mark, faultCode))
  }

  syncSync(): void {
    this.#runSync('sync', (faultCode) => this.#sync(this.#node.content.markSync(), faultCode))
  }

  closeSync(): void {
    this.#isClosed = true
  }

  #write(buffers: readonly Uint8Array[], position: number, faultCode: string | undefined): void {
    this.#ensureWritable('write')
    this.#engine.write(this.path, this.#node, { bytes: Buffer.concat(buffers), position, faultCode })
  }

  #read(target: Uint8Array, position: number, faultCode: string | undefined): number {
    ensureNoFault(faultCode, this.path, 'read')
    return this.#node.content.read(target, position)
  }

  #sync(mark: number, faultCode: string | undefined): void {
    if (faultCode !== undefined) this.#node.content.discard(mark, this.#engine.random)
    ensureNoFault(faultCode, this.path, 'sync')
    this.#node.content.commit(mark)
  }

  #runSync<Result>(operation: DiskOperation, action: (faultCode: string | undefined) => Result): Result {
    this.#ensureOpen(operation)
    return this.#engine.runSync({ session: this.#session, operation, path: this.path }, action)
  }

  async #runAsync<Result>(operation: DiskOperation, complete: (faultCode: string | undefined) => Result): Promise<Result> {
    this.#ensureOpen(operation)
    return this.#engine.runAsync({ session: this.#session, operation, path: this.path }, complete)
  }

  #ensureOpen(operation: string): void {
    if (this.#isClosed) throw new DiskError('EBADF', { path: this.path, operation })
  }

  #ensureWritable(operation: string): void {
    if (this.#isReadOnly) throw new DiskError('EBADF', { path: this.path, operation })
  }
}
