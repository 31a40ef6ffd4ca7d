import { sequenceAfter, sequenceDistance } from '@kafka-ts/protocol/records'
import type { ProducerBatch } from './producer-batch.ts'

/** How many appends of a producer are remembered at least, as in Kafka: what its clients have in flight. */
const REMEMBERED_RUNS = 5
/** A longer run begins a new one: within it sequences must not come round. */
const MAX_RUN_RECORDS = 2 ** 29

/**
 * Records of a producer that follow one another in sequence and in offset, of one batch or of many. A batch sent again is found by its sequences
 * alone, whatever came between, and its offset follows from where in the run they lie.
 */
export interface SequenceRun {
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly baseOffset: number
  nextOffset: number
  /** Records of the last batch in it; all that are left when the run was cut. */
  lastBatchRecords: number
  /** Of the last batch. */
  timestamp: number
  readonly logAppendTimeMs: number
}

/** Where records that are sent again already are. */
export interface FoundRecords {
  readonly baseOffset: number
  readonly logAppendTimeMs: number
}

/** One producer as one log knows it: its newest appends, from which its epoch and last sequence follow. There is always one. */
export class ProducerEntry {
  /** Oldest first. */
  readonly runs: SequenceRun[]
  /** Monotonic. */
  lastAppendMs: number
  /** Everything of the current epoch was seen from its first record on, so what lies before the runs was written too. */
  isEpochWhole: boolean

  constructor(runs: SequenceRun[], options: { readonly lastAppendMs: number; readonly isEpochWhole: boolean }) {
    this.runs = runs
    this.lastAppendMs = options.lastAppendMs
    this.isEpochWhole = options.isEpochWhole
  }

  get producerEpoch(): number {
    return this.#last.producerEpoch
  }

  get lastSequence(): number {
    return lastSequenceOf(this.#last)
  }

  get lastOffset(): number {
    return this.#last.nextOffset - 1
  }

  get #last(): SequenceRun {
    return this.runs[this.runs.length - 1]!
  }

  /** Takes note of the next batch. Of what is below `durableOffset` the newest runs are kept, of what may yet be taken back everything. */
  append(batch: ProducerBatch, durableOffset: number): void {
    const last = this.#last
    if (batch.producerEpoch !== last.producerEpoch) this.isEpochWhole = batch.baseSequence === 0
    if (continues(last, batch)) {
      last.lastBatchRecords = batch.nextOffset - batch.baseOffset
      last.nextOffset = batch.nextOffset
      last.timestamp = batch.timestamp
      return
    }
    this.runs.push(runOf(batch))
    // What remains must be enough even if everything above the durable offset is taken back.
    while (this.runs.length > REMEMBERED_RUNS && this.runs[REMEMBERED_RUNS]!.baseOffset < durableOffset) this.runs.shift()
  }

  /** Where the `count` records from `baseSequence` on are, if they are in one of the runs. */
  find(baseSequence: number, count: number): FoundRecords | undefined {
    const { producerEpoch } = this
    for (let index = this.runs.length - 1; index >= 0; index--) {
      const run = this.runs[index]!
      if (run.producerEpoch !== producerEpoch) return undefined
      const from = sequenceDistance(run.baseSequence, baseSequence)
      if (from < 0 || from + count > run.nextOffset - run.baseOffset) continue
      return { baseOffset: run.baseOffset + from, logAppendTimeMs: run.logAppendTimeMs }
    }
    return undefined
  }

  /** Whether `sequence` is known to have been written. */
  hasWritten(sequence: number): boolean {
    if (sequenceDistance(this.lastSequence, sequence) > 0) return false
    if (this.isEpochWhole) return true
    const oldest = this.runs.find((run) => run.producerEpoch === this.producerEpoch)!
    return sequenceDistance(oldest.baseSequence, sequence) >= 0
  }

  /** The runs as they were when the log ended at `offset`: copies. Empty when nothing of the producer lies below. */
  runsBelow(offset: number): SequenceRun[] {
    const below: SequenceRun[] = []
    for (const run of this.runs) {
      if (run.baseOffset >= offset) break
      below.push(run.nextOffset <= offset ? { ...run } : { ...run, nextOffset: offset, lastBatchRecords: offset - run.baseOffset })
    }
    return below.slice(-REMEMBERED_RUNS)
  }

  /** Forgets what lies at and above `offset`. False when nothing is left. */
  truncateTo(offset: number): boolean {
    const { producerEpoch } = this
    while (this.runs.length > 0 && this.#last.baseOffset >= offset) this.runs.pop()
    if (this.runs.length === 0) return false
    const last = this.#last
    if (last.nextOffset > offset) {
      last.nextOffset = offset
      last.lastBatchRecords = offset - last.baseOffset
    }
    if (last.producerEpoch !== producerEpoch) this.isEpochWhole = false
    return true
  }
}

export function runOf(batch: ProducerBatch): SequenceRun {
  const { producerEpoch, baseSequence, baseOffset, nextOffset, timestamp, logAppendTimeMs } = batch
  return { producerEpoch, baseSequence, baseOffset, nextOffset, timestamp, logAppendTimeMs, lastBatchRecords: nextOffset - baseOffset }
}

export function lastSequenceOf(run: SequenceRun): number {
  return sequenceAfter(run.baseSequence, run.nextOffset - run.baseOffset - 1)
}

function continues(run: SequenceRun, batch: ProducerBatch): boolean {
  return (
    run.nextOffset === batch.baseOffset &&
    run.producerEpoch === batch.producerEpoch &&
    sequenceAfter(run.baseSequence, run.nextOffset - run.baseOffset) === batch.baseSequence &&
    run.logAppendTimeMs === batch.logAppendTimeMs &&
    batch.nextOffset - run.baseOffset <= MAX_RUN_RECORDS
  )
}
