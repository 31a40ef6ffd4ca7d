import { type Disk, DiskError, type DiskFile, type DiskLock, type DiskStat, type OpenMode } from '../../disk.ts'
import type { FileNode } from './directory-tree.ts'
import { type DiskEngine, type DiskSession, ensureNoFault } from './disk-engine.ts'
import type { DiskOperation } from './faults.ts'
import { SimulatedDiskFile } from './simulated-disk-file.ts'

/** What a disk without a limit reports as free. */
const UNLIMITED_FREE_BYTES = 2 ** 40

/** A simulated disk as one process sees it, for as long as that process lives. */
export class DiskView implements Disk {
  readonly #engine: DiskEngine
  readonly #session: DiskSession

  constructor(engine: DiskEngine, session: DiskSession) {
    this.#engine = engine
    this.#session = session
  }

  openSync(path: string, mode: OpenMode): DiskFile {
    const { tree } = this.#engine
    const isMaking = (mode === 'create' || mode === 'createNew') && tree.find(path) === undefined
    const node = this.#run(isMaking ? 'create' : 'open', path, (): FileNode => {
      const existing = tree.find(path)
      if (existing?.kind === 'directory') throw new DiskError('EISDIR', { path, operation: 'open' })
      if (existing !== undefined && mode === 'createNew') throw new DiskError('EEXIST', { path, operation: 'open' })
      if (existing === undefined && !isMaking) throw new DiskError('ENOENT', { path, operation: 'open' })
      return existing ?? tree.createFile(path, this.#engine.nowMs)
    })
    return new SimulatedDiskFile(path, { engine: this.#engine, session: this.#session, node, isReadOnly: mode === 'read' })
  }

  statSync(path: string): DiskStat | undefined {
    return this.#run('stat', path, () => {
      const node = this.#engine.tree.find(path)
      if (node === undefined) return undefined
      const isDirectory = node.kind === 'directory'
      return { size: isDirectory ? 0 : node.content.size, isDirectory, mtimeMs: node.mtimeMs }
    })
  }

  listSync(path: string): string[] {
    return this.#run('list', path, () => [...this.#engine.tree.directory(path, 'list').entries.keys()].sort())
  }

  makeDirectorySync(path: string): void {
    this.#run('makeDirectory', path, () => this.#engine.tree.makeDirectories(path, this.#engine.nowMs))
  }

  renameSync(from: string, to: string): void {
    this.#run('rename', from, () => this.#engine.tree.rename(from, to, this.#engine.nowMs))
  }

  removeSync(path: string): void {
    this.#run('remove', path, () => {
      if (this.#engine.tree.find(path)?.kind === 'directory') throw new DiskError('EISDIR', { path, operation: 'remove' })
      this.#engine.tree.remove(path, this.#engine.nowMs)
    })
  }

  /** One removal after the other, as on a real disk: a crash may fall between any two. */
  async removeTree(path: string): Promise<void> {
    const node = this.#engine.tree.find(path)
    if (node?.kind === 'directory') {
      for (const name of [...node.entries.keys()].sort()) await this.removeTree(`${path}/${name}`)
    }
    await this.#runAsync('remove', path, () => this.#engine.tree.remove(path, this.#engine.nowMs))
  }

  async syncDirectory(path: string): Promise<void> {
    const mark = this.#engine.tree.markSync()
    await this.#runAsync('syncDirectory', path, () => this.#syncDirectory(path, mark))
  }

  syncDirectorySync(path: string): void {
    this.#run('syncDirectory', path, () => this.#syncDirectory(path, this.#engine.tree.markSync()))
  }

  lockSync(path: string): DiskLock {
    const { locks } = this.#engine
    if (this.#engine.tree.find(path) === undefined) this.openSync(path, 'create').closeSync()
    const owner: DiskSession = this.#session
    this.#run('lock', path, () => {
      if (locks.has(path)) throw new DiskError('LOCKED', { path, operation: 'lock' })
      locks.set(path, owner)
    })
    let isReleased = false
    return {
      release: () => {
        if (!isReleased && owner.isAlive) locks.delete(path)
        isReleased = true
      },
    }
  }

  async freeBytes(path: string): Promise<number> {
    return this.#runAsync('stat', path, () => {
      const { freeBytes } = this.#engine
      return Number.isFinite(freeBytes) ? Math.max(freeBytes, 0) : UNLIMITED_FREE_BYTES
    })
  }

  #syncDirectory(path: string, mark: number): void {
    this.#engine.tree.commit(this.#engine.tree.directory(path, 'sync'), mark)
  }

  #run<Result>(operation: DiskOperation, path: string, action: () => Result): Result {
    return this.#engine.runSync({ session: this.#session, operation, path }, (faultCode) => {
      ensureNoFault(faultCode, path, operation)
      return action()
    })
  }

  async #runAsync<Result>(operation: DiskOperation, path: string, complete: () => Result): Promise<Result> {
    return this.#engine.runAsync({ session: this.#session, operation, path }, (faultCode) => {
      ensureNoFault(faultCode, path, operation)
      return complete()
    })
  }
}
