import type { PartitionState } from './partition-state.ts'

/**
 * What the application has been given and not shown to be done with. A group rests on it: only what is done is committed, a partition is given
 * up once nobody works on it, and an application that shows no sign of life loses its membership.
 */
export interface WorkInHand {
  /** The first offset of the partition that was given and is not known to be done; undefined: everything before its position is done. */
  pendingOffset(state: PartitionState): number | undefined
  /** Whether the application may still be at work on something of the partition, and will show when it is done. */
  isWorkingOn(state: PartitionState): boolean
  /** The partition of what is in hand, where that is one thing at a time. */
  readonly heldState: PartitionState | undefined
  /** Nothing of the partition is to be begun any more; what is begun may be finished. */
  withhold(state: PartitionState): void
  /** Differs from the last one whenever the application has shown that it lives; undefined while it waits for the consumer. */
  readonly sign: unknown
  /** Whether it has one record or batch at a time, so that an application that calls `commit()` means to include that. */
  readonly isSequential: boolean
}
