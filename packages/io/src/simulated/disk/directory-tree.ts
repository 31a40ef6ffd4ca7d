import { DiskError } from '../../disk.ts'
import type { SeededRandom } from '../seeded-random.ts'
import { FileContent, type Survival } from './file-content.ts'

export interface FileNode {
  readonly kind: 'file'
  readonly content: FileContent
  mtimeMs: number
}

export interface DirectoryNode {
  readonly kind: 'directory'
  readonly entries: Map<string, TreeNode>
  readonly durableEntries: Map<string, TreeNode>
  mtimeMs: number
}

export type TreeNode = FileNode | DirectoryNode

interface Entry {
  readonly directory: DirectoryNode
  readonly name: string
}

/** One change of names; a rename takes one entry away and sets another, as a whole. */
interface EntryChange {
  readonly sequence: number
  readonly removed?: Entry
  readonly set?: Entry & { readonly node: TreeNode }
}

/**
 * The names of a file system. A created, renamed or removed name is durable only once its directory was synced after the
 * change; a crash keeps or loses every other change on its own, in no order, as POSIX allows.
 */
export class DirectoryTree {
  readonly #root: DirectoryNode = newDirectory(0)
  #unsynced: EntryChange[] = []
  #sequence = 0

  find(path: string): TreeNode | undefined {
    let node: TreeNode | undefined = this.#root
    for (const name of split(path)) {
      if (node?.kind !== 'directory') return undefined
      node = node.entries.get(name)
    }
    return node
  }

  directory(path: string, operation: string): DirectoryNode {
    const node = this.find(path)
    if (node === undefined) throw new DiskError('ENOENT', { path, operation })
    if (node.kind !== 'directory') throw new DiskError('ENOTDIR', { path, operation })
    return node
  }

  createFile(path: string, nowMs: number): FileNode {
    const entry = this.#entry(path, 'open')
    const node: FileNode = { kind: 'file', content: new FileContent(), mtimeMs: nowMs }
    this.#change({ sequence: this.#sequence++, set: { ...entry, node } }, nowMs)
    return node
  }

  makeDirectories(path: string, nowMs: number): void {
    let directory = this.#root
    for (const name of split(path)) {
      const existing = directory.entries.get(name)
      if (existing?.kind === 'file') throw new DiskError('EEXIST', { path, operation: 'mkdir' })
      const node = existing ?? newDirectory(nowMs)
      if (existing === undefined) this.#change({ sequence: this.#sequence++, set: { directory, name, node } }, nowMs)
      directory = node
    }
  }

  rename(from: string, to: string, nowMs: number): void {
    const node = this.find(from)
    if (node === undefined) throw new DiskError('ENOENT', { path: from, operation: 'rename' })
    const removed = this.#entry(from, 'rename')
    const target = this.#entry(to, 'rename')
    const replaced = target.directory.entries.get(target.name)
    if (replaced === node) return
    if (replaced !== undefined) ensureReplaceable(node, replaced, to)
    this.#change({ sequence: this.#sequence++, removed, set: { ...target, node } }, nowMs)
  }

  /** Removes one name; false when there is none. A directory must be empty. */
  remove(path: string, nowMs: number): boolean {
    const node = this.find(path)
    if (node === undefined) return false
    if (node.kind === 'directory' && node.entries.size > 0) throw new DiskError('ENOTEMPTY', { path, operation: 'remove' })
    this.#change({ sequence: this.#sequence++, removed: this.#entry(path, 'remove') }, nowMs)
    return true
  }

  /** Marks the start of a directory sync; only the changes before it are covered. */
  markSync(): number {
    return this.#sequence
  }

  /** Makes the changes of `directory` before `mark` durable; a rename between directories with either of them. */
  commit(directory: DirectoryNode, mark: number): void {
    for (const change of this.#takeUnsynced(directory, mark)) applyDurably(change)
  }

  /** Loses power: names and contents become what the medium holds. */
  crash(random: SeededRandom, survival: Survival): void {
    for (const change of this.#unsynced) {
      if (survival === 'all' || (survival === 'mixed' && random.chance(0.5))) applyDurably(change)
    }
    this.#unsynced = []
    const seen = new Set<TreeNode>()
    const reload = (node: TreeNode): void => {
      if (seen.has(node)) return
      seen.add(node)
      if (node.kind === 'file') {
        node.content.crash(random, survival)
        return
      }
      node.entries.clear()
      for (const [name, child] of node.durableEntries) {
        node.entries.set(name, child)
        reload(child)
      }
    }
    reload(this.#root)
  }

  /** Bytes of all files that have a name. */
  usedBytes(): number {
    const size = (node: TreeNode): number =>
      node.kind === 'file' ? node.content.size : [...node.entries.values()].reduce((sum, child) => sum + size(child), 0)
    return size(this.#root)
  }

  #entry(path: string, operation: string): Entry {
    const names = split(path)
    const name = names.pop()
    if (name === undefined) throw new DiskError('EBUSY', { path, operation })
    return { directory: this.directory(`/${names.join('/')}`, operation), name }
  }

  #change(change: EntryChange, nowMs: number): void {
    this.#unsynced.push(change)
    const { removed, set } = change
    if (removed !== undefined) {
      removed.directory.entries.delete(removed.name)
      removed.directory.mtimeMs = nowMs
    }
    if (set !== undefined) {
      set.directory.entries.set(set.name, set.node)
      set.directory.mtimeMs = nowMs
    }
  }

  #takeUnsynced(directory: DirectoryNode, mark: number): EntryChange[] {
    const isCovered = (change: EntryChange): boolean =>
      change.sequence < mark && (change.removed?.directory === directory || change.set?.directory === directory)
    const covered = this.#unsynced.filter(isCovered)
    this.#unsynced = this.#unsynced.filter((change) => !isCovered(change))
    return covered
  }
}

function applyDurably(change: EntryChange): void {
  const { removed, set } = change
  if (removed !== undefined) removed.directory.durableEntries.delete(removed.name)
  if (set !== undefined) set.directory.durableEntries.set(set.name, set.node)
}

function ensureReplaceable(node: TreeNode, replaced: TreeNode, path: string): void {
  const operation = 'rename'
  if (replaced.kind === 'directory') {
    if (node.kind === 'file') throw new DiskError('EISDIR', { path, operation })
    if (replaced.entries.size > 0) throw new DiskError('ENOTEMPTY', { path, operation })
  } else if (node.kind === 'directory') {
    throw new DiskError('ENOTDIR', { path, operation })
  }
}

function newDirectory(nowMs: number): DirectoryNode {
  return { kind: 'directory', entries: new Map(), durableEntries: new Map(), mtimeMs: nowMs }
}

function split(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.')
}
