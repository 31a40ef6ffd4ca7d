import type { Clock, Disk, Timer } from '@kafka-ts/io'
import type { FileHandles } from './file-handles.ts'
import type { StorageLogger } from './log-directory-options.ts'

export interface DeferredRemovalsOptions {
  readonly clock: Clock
  readonly disk: Disk
  readonly handles: FileHandles
  readonly logger: StorageLogger
}

/**
 * Removes files after a delay, off the loop: a large one takes a file system many milliseconds. What is left when it closes is removed at once;
 * after a crash, when the log is opened.
 */
export class DeferredRemovals {
  readonly #options: DeferredRemovalsOptions
  readonly #waiting = new Map<Timer, readonly string[]>()
  /** Removals one after the other: nobody waits for them. */
  #removing: Promise<void> = Promise.resolve()

  constructor(options: DeferredRemovalsOptions) {
    this.#options = options
  }

  add(paths: readonly string[], delayMs: number): void {
    if (paths.length === 0) return
    if (delayMs <= 0) {
      this.#remove(paths)
      return
    }
    const timer = this.#options.clock.setTimer(
      delayMs,
      () => {
        this.#waiting.delete(timer)
        this.#remove(paths)
      },
      { unref: true },
    )
    this.#waiting.set(timer, paths)
  }

  /** Resolves when all of them are gone, as far as they can be removed. */
  async close(): Promise<void> {
    for (const [timer, paths] of this.#waiting) {
      timer.cancel()
      this.#remove(paths)
    }
    this.#waiting.clear()
    await this.#removing
  }

  #remove(paths: readonly string[]): void {
    this.#removing = this.#removing.then(() => this.#removeNow(paths))
  }

  async #removeNow(paths: readonly string[]): Promise<void> {
    const { disk, handles, logger } = this.#options
    for (const path of paths) {
      try {
        handles.close(path)
        await disk.removeTree(path)
      } catch (error) {
        // It is no longer part of the log, so nothing but its space is lost.
        logger.warn(`${path} could not be removed: ${String(error)}`)
      }
    }
  }
}
