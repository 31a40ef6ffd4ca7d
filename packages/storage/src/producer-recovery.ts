import { scanBatches } from './batch-scanner.ts'
import { type ProducerBatch, producerBatchOf } from './producer-batch.ts'
import type { ProducerSnapshots } from './producer-snapshots.ts'
import { ProducerState } from './producer-state.ts'
import type { Segment } from './segment.ts'

const NO_LEADER_EPOCH = -1

/** The batches of idempotent producers from `offset` on, which have been read already. */
export interface KnownProducerBatches {
  readonly offset: number
  readonly batches: readonly ProducerBatch[]
}

export interface ProducerRecoveryOptions {
  readonly snapshots: ProducerSnapshots
  readonly segments: readonly Segment[]
  /** Where the log ends. */
  readonly endOffset: number
  readonly indexIntervalBytes: number
  /** Monotonic. */
  readonly nowMs: number
  readonly known: KnownProducerBatches
}

/**
 * What a log knows of its producers: the newest snapshot that can be read, and the batches behind it. Only those are read from disk which
 * lie between the snapshot and what is known, and that is usually nothing. Rejects with `DiskError`.
 */
export async function recoverProducers(options: ProducerRecoveryOptions): Promise<ProducerState> {
  const { snapshots, segments, endOffset, nowMs, known } = options
  const found = snapshots.newestAtOrBelow(endOffset)
  const state = found === undefined ? new ProducerState() : ProducerState.fromSnapshot(found.snapshot, nowMs)
  const fromOffset = found?.offset ?? 0
  const replay = (batch: ProducerBatch): void => {
    if (batch.baseOffset >= fromOffset) state.replay(batch, { durableOffset: Number.POSITIVE_INFINITY, nowMs })
  }
  for (const [index, segment] of segments.entries()) {
    const nextBaseOffset = segments[index + 1]?.baseOffset ?? endOffset
    if (nextBaseOffset <= fromOffset || segment.baseOffset >= known.offset) continue
    await readProducers(segment, { fromOffset, endOffset: known.offset, indexIntervalBytes: options.indexIntervalBytes, visit: replay })
  }
  for (const batch of known.batches) replay(batch)
  return state
}

/** A batch that is damaged ends the reading of its segment: the readers of the log will say so, its producers are merely forgotten. */
async function readProducers(
  segment: Segment,
  options: {
    readonly fromOffset: number
    readonly endOffset: number
    readonly indexIntervalBytes: number
    readonly visit: (batch: ProducerBatch) => void
  },
): Promise<void> {
  const { offsetIndex } = await segment.ensureIndexes(options.indexIntervalBytes)
  await scanBatches(segment.file, {
    from: offsetIndex.lookup(options.fromOffset),
    to: segment.sizeBytes,
    expectedOffset: undefined,
    leastEpoch: NO_LEADER_EPOCH,
    visit: (stored) => {
      if (stored.baseOffset >= options.endOffset) return false
      const batch = producerBatchOf(stored)
      if (batch !== undefined) options.visit(batch)
      return true
    },
  })
}
