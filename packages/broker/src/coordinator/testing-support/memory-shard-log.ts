import type { Clock, Timer } from '@kafka-ts/io'
import { errorCode } from '@kafka-ts/protocol'
import { iterateBatches, recordCountOf, stampBatch } from '@kafka-ts/protocol/records'
import { type AppendTarget, failure, type PartitionRead } from '../../partition/partition.ts'
import type { ShardLog } from '../runtime/shard-log.ts'

interface Appended {
  readonly baseOffset: number
  readonly endOffset: number
  readonly batches: Uint8Array
  readonly target: AppendTarget
  /** Commits it; others may before. */
  timer?: Timer
}

const STORAGE_ERROR = failure(errorCode('KAFKA_STORAGE_ERROR'), 'the disk of the test said no')

/** A partition in memory: appends are committed, in order, `commitDelayMs` later. What is not committed can be lost. */
export class MemoryShardLog implements ShardLog {
  readonly logStartOffset = 0
  /** How long an append takes to be committed; undefined: until `commit` is called. */
  commitDelayMs: number | undefined
  /** Appends are refused at once, as on a full disk. */
  isFull = false
  /** So many appends more are taken, then none. */
  refuseFrom: number | undefined
  readonly #clock: Clock
  #committed: Appended[] = []
  #uncommitted: Appended[] = []

  constructor(clock: Clock, commitDelayMs: number | undefined = 0) {
    this.#clock = clock
    this.commitDelayMs = commitDelayMs
  }

  get highWatermark(): number {
    return this.#committed.at(-1)?.endOffset ?? 0
  }

  /** Appends that are not committed. */
  get uncommittedCount(): number {
    return this.#uncommitted.length
  }

  append(records: Uint8Array, target: AppendTarget): void {
    if (this.refuseFrom !== undefined) this.refuseFrom--
    if (this.isFull || (this.refuseFrom ?? 0) < 0) {
      target.waiter?.settle(target.slot, STORAGE_ERROR)
      return
    }
    const baseOffset = this.#uncommitted.at(-1)?.endOffset ?? this.highWatermark
    let endOffset = baseOffset
    for (const { start } of iterateBatches(records)) {
      stampBatch(records, start, { baseOffset: endOffset, leaderEpoch: 0 })
      endOffset += recordCountOf(records, start)
    }
    const appended: Appended = { baseOffset, endOffset, batches: records, target }
    this.#uncommitted.push(appended)
    if (this.commitDelayMs !== undefined) appended.timer = this.#clock.setTimer(this.commitDelayMs, () => this.#commitThrough(appended))
  }

  /** Commits everything appended so far. */
  commit(): void {
    const last = this.#uncommitted.at(-1)
    if (last !== undefined) this.#commitThrough(last)
  }

  /** Loses everything that is not committed, the newest first. */
  lose(): void {
    const lost = this.#uncommitted.toReversed()
    this.#uncommitted = []
    for (const { timer } of lost) timer?.cancel()
    for (const { target } of lost) target.waiter?.settle(target.slot, STORAGE_ERROR)
  }

  read({ offset }: { readonly offset: number }): PartitionRead {
    const found = this.#committed.find(({ endOffset }) => endOffset > offset)
    const buffers = found === undefined ? [] : [found.batches]
    return { errorCode: 0, buffers, bytes: found?.batches.length ?? 0 }
  }

  #commitThrough(appended: Appended): void {
    while (this.#uncommitted.includes(appended)) {
      const next = this.#uncommitted.shift() as Appended
      next.timer?.cancel()
      this.#committed.push(next)
      const { baseOffset, target } = next
      target.waiter?.settle(target.slot, { errorCode: 0, baseOffset, logAppendTimeMs: -1, logStartOffset: 0 })
    }
  }
}
