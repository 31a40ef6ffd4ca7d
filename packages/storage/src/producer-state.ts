import { sequenceAfter } from '@kafka-ts/protocol/records'
import type { AppendProblem, CheckedBatches, ProducerRange } from './append-validator.ts'
import { type ProducerBatch, producerBatchOf } from './producer-batch.ts'
import { ProducerEntry, runOf } from './producer-entry.ts'
import type { ProducerSnapshot, SnapshotProducer } from './producer-snapshot.ts'
import type { StoredBatch } from './stored-batch.ts'

/** Producers that one log remembers. One more, and the one that has been idle longest is forgotten. */
export const MAX_PRODUCERS = 10_000

/** The records of an append are in the log already: where. They may not be durable yet. */
export interface RepeatedAppend {
  readonly baseOffset: number
  /** Inclusive. */
  readonly lastOffset: number
  readonly logAppendTimeMs: number
}

/**
 * What a log knows of its idempotent producers, and so whether a batch is the next one, one sent again, or out of order.
 *
 * Owned by the storage of a log. It always tells of exactly what has been assigned an offset: it learns of batches when they are appended and
 * forgets them when they are taken back. docs/internals/producer-state.md has the rules.
 */
export class ProducerState {
  /** The one that has been idle longest comes first. */
  readonly #producers = new Map<number, ProducerEntry>()

  /** The state that a snapshot holds. `nowMs` is monotonic. */
  static fromSnapshot({ producers }: ProducerSnapshot, nowMs: number): ProducerState {
    const state = new ProducerState()
    const byIdleTime = [...producers].sort((one, other) => other.idleMs - one.idleMs)
    for (const { producerId, idleMs, isEpochWhole, runs } of byIdleTime) {
      state.#producers.set(
        producerId,
        new ProducerEntry(
          runs.map((run) => ({ ...run })),
          { lastAppendMs: nowMs - idleMs, isEpochWhole },
        ),
      )
    }
    return state
  }

  /** How many producers are remembered. */
  get size(): number {
    return this.#producers.size
  }

  get(producerId: number): ProducerEntry | undefined {
    return this.#producers.get(producerId)
  }

  /**
   * Whether these batches may be appended (undefined), are in the log already, or are refused (`ProducerAppendInfo.checkSequence` in
   * Kafka). Batches without an idempotent producer always may.
   */
  check({ producer, recordCount, count }: CheckedBatches): RepeatedAppend | AppendProblem | undefined {
    if (producer === undefined) return undefined
    const entry = this.#producers.get(producer.producerId)
    // Nothing is known of it (any more), so nothing can be held against it: any sequence may come (KIP-360).
    if (entry === undefined) return undefined
    if (producer.producerEpoch < entry.producerEpoch) return oldEpoch(producer, entry)
    if (producer.producerEpoch > entry.producerEpoch) return producer.baseSequence === 0 ? undefined : outOfOrder(producer, 0)
    const expected = sequenceAfter(entry.lastSequence, 1)
    if (producer.baseSequence === expected) return undefined
    const found = entry.find(producer.baseSequence, recordCount)
    if (found !== undefined) return { ...found, lastOffset: found.baseOffset + recordCount - 1 }
    const isLastWritten = entry.hasWritten(sequenceAfter(producer.baseSequence, recordCount - 1))
    // Batches of which some are written, or all but not in one piece, have no one answer: each gets its own when it comes alone.
    const isFirstWritten = entry.hasWritten(producer.baseSequence)
    return isFirstWritten && (isLastWritten || count > 1) ? duplicate(producer) : outOfOrder(producer, expected)
  }

  /** A batch has an offset. Everything below `durableOffset` stays. `nowMs` is monotonic. */
  append(stored: StoredBatch, options: { readonly durableOffset: number; readonly nowMs: number }): void {
    const batch = producerBatchOf(stored)
    if (batch !== undefined) this.replay(batch, options)
  }

  /** As `append`, of what `producerBatchOf` said of it. */
  replay(batch: ProducerBatch, { durableOffset, nowMs }: { readonly durableOffset: number; readonly nowMs: number }): void {
    const { producerId } = batch
    const entry = this.#producers.get(producerId)
    if (entry === undefined) {
      if (this.#producers.size >= MAX_PRODUCERS) this.#forgetIdlest()
      this.#producers.set(producerId, new ProducerEntry([runOf(batch)], { lastAppendMs: nowMs, isEpochWhole: batch.baseSequence === 0 }))
      return
    }
    entry.append(batch, durableOffset)
    entry.lastAppendMs = nowMs
    this.#producers.delete(producerId)
    this.#producers.set(producerId, entry)
  }

  /** Everything at and above `offset`, which is not below what was durable, left the log again. */
  truncateTo(offset: number): void {
    for (const [producerId, entry] of this.#producers) {
      if (entry.lastOffset >= offset && !entry.truncateTo(offset)) this.#producers.delete(producerId)
    }
  }

  /** Forgets the producers that appended nothing for `idleMs`; returns how many. `nowMs` is monotonic. */
  forgetIdle(nowMs: number, idleMs: number): number {
    let count = 0
    for (const [producerId, { lastAppendMs }] of this.#producers) {
      if (nowMs - lastAppendMs < idleMs) break
      this.#producers.delete(producerId)
      count++
    }
    return count
  }

  /** The state as of when the log ended at `offset`, which is not below what was durable: to be written. `nowMs` is monotonic. */
  snapshotAt(offset: number, nowMs: number): ProducerSnapshot {
    const producers: SnapshotProducer[] = []
    for (const [producerId, entry] of this.#producers) {
      const runs = entry.runsBelow(offset)
      const newest = runs.at(-1)
      if (newest === undefined) continue
      const isEpochWhole = entry.isEpochWhole && newest.producerEpoch === entry.producerEpoch
      producers.push({ producerId, idleMs: Math.max(0, Math.floor(nowMs - entry.lastAppendMs)), isEpochWhole, runs })
    }
    return { producers }
  }

  #forgetIdlest(): void {
    for (const producerId of this.#producers.keys()) {
      this.#producers.delete(producerId)
      return
    }
  }
}

function oldEpoch({ producerId, producerEpoch }: ProducerRange, entry: ProducerEntry): AppendProblem {
  return {
    code: 'INVALID_PRODUCER_EPOCH',
    message: `producer ${producerId} is in epoch ${entry.producerEpoch} here, the batch is of epoch ${producerEpoch}`,
  }
}

function outOfOrder({ producerId, producerEpoch, baseSequence }: ProducerRange, expected: number): AppendProblem {
  return {
    code: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
    message: `sequence ${baseSequence} of producer ${producerId} in epoch ${producerEpoch} where ${expected} comes next`,
  }
}

function duplicate({ producerId, baseSequence }: ProducerRange): AppendProblem {
  return {
    code: 'DUPLICATE_SEQUENCE_NUMBER',
    message: `sequence ${baseSequence} of producer ${producerId} was written before; where all of these records are is not known`,
  }
}
