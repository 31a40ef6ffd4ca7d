import type { StoredBatch } from './stored-batch.ts'

/** The newest batches of one log that are still in memory: consecutive, the oldest first. */
export class LogTail {
  #batches: StoredBatch[] = []
  /** Batches before this index were evicted; the array is compacted now and then. */
  #head = 0
  #hiddenBelow = 0

  get firstOffset(): number | undefined {
    return this.#batches[this.#head]?.baseOffset
  }

  /** The index of the batch that holds `offset`, for `at`; undefined when it is not in memory. */
  find(offset: number): number | undefined {
    const first = this.#batches[this.#head]
    const last = this.#batches.at(-1)
    if (first === undefined || last === undefined || offset < first.baseOffset || offset >= last.nextOffset) return undefined
    if (offset < this.#hiddenBelow) return undefined
    let low = this.#head
    let high = this.#batches.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#batches[middle]!.baseOffset <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  /** The log was cleaned below `offset`: what is here of it is not what the log says any more. */
  hideBelow(offset: number): void {
    this.#hiddenBelow = Math.max(this.#hiddenBelow, offset)
  }

  /** undefined behind the last one. */
  at(index: number): StoredBatch | undefined {
    return this.#batches[index]
  }

  push(batch: StoredBatch): void {
    this.#batches.push(batch)
  }

  shift(): void {
    this.#head++
    if (this.#head * 2 < this.#batches.length) return
    this.#batches = this.#batches.slice(this.#head)
    this.#head = 0
  }
}

/** How many of the cache's oldest entries are dead weight in its queue before it is compacted. */
const MIN_COMPACTED = 1024

/**
 * The newest batches of all logs of a directory, first in first out, bounded in bytes. It is what a caught-up consumer reads
 * from. It keeps views: the buffers they lie in stay in memory with them.
 */
export class TailCache {
  readonly #maxBytes: number
  #bytes = 0
  #queue: (QueuedBatch | undefined)[] = []
  #head = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  add(owner: TailOwner, batch: StoredBatch): void {
    owner.tail.push(batch)
    this.#queue.push({ tail: owner.tail, bytes: batch.bytes.length })
    this.#bytes += batch.bytes.length
    while (this.#bytes > this.#maxBytes) this.#evict()
  }

  /** Forgets the batches of one log, which were cut off or whose log is gone. Their share of the bound ages out. */
  clear(owner: TailOwner): void {
    owner.tail = new LogTail()
  }

  #evict(): void {
    const oldest = this.#queue[this.#head]!
    this.#queue[this.#head++] = undefined
    this.#bytes -= oldest.bytes
    oldest.tail.shift()
    if (this.#head < MIN_COMPACTED || this.#head * 2 < this.#queue.length) return
    this.#queue = this.#queue.slice(this.#head)
    this.#head = 0
  }
}

/** Whoever has a tail in the cache. */
export interface TailOwner {
  tail: LogTail
}

interface QueuedBatch {
  readonly tail: LogTail
  readonly bytes: number
}
