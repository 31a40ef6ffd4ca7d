import type { Disk, DiskFile, OpenMode } from '@kafka-ts/io'

/** What share of the open files is closed when there are too many, so that the search for the oldest is rare. */
const EVICTED_SHARE = 1 / 8

interface OpenFile {
  readonly file: DiskFile
  lastUse: number
}

/** Open files by path, the least recently used closed when there are more than the limit. They open again when asked for. */
export class FileHandles {
  readonly #disk: Disk
  readonly #limit: number
  readonly #open = new Map<string, OpenFile>()
  #uses = 0

  constructor(disk: Disk, limit: number) {
    this.#disk = disk
    this.#limit = limit
  }

  /** The open file at `path`. Use it at once and ask again later: another call may close it. Throws `DiskError`. */
  use(path: string, mode: OpenMode = 'create'): DiskFile {
    let open = this.#open.get(path)
    if (open === undefined) {
      if (this.#open.size >= this.#limit) this.#evict()
      open = { file: this.#disk.openSync(path, mode), lastUse: 0 }
      this.#open.set(path, open)
    }
    open.lastUse = ++this.#uses
    return open.file
  }

  /** The file at `from` was renamed: who has it open goes on with it. */
  move(from: string, to: string): void {
    const open = this.#open.get(from)
    this.close(to)
    if (open === undefined) return
    this.#open.delete(from)
    this.#open.set(to, open)
  }

  close(path: string): void {
    this.#open.get(path)?.file.closeSync()
    this.#open.delete(path)
  }

  closeAll(): void {
    for (const { file } of this.#open.values()) file.closeSync()
    this.#open.clear()
  }

  #evict(): void {
    const byAge = [...this.#open].sort(([, one], [, other]) => one.lastUse - other.lastUse)
    const count = Math.max(1, Math.floor(this.#limit * EVICTED_SHARE))
    for (const [path] of byAge.slice(0, count)) this.close(path)
  }
}
