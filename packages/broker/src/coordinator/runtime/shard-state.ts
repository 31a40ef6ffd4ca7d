import type { Timer } from '@kafka-ts/io'
import type { Turn } from './turn.ts'

/**
 * What the records of a shard amount to, and what is going on right now. `replay` is how records change it, in a running shard and when
 * one is loaded: the two are the same code. What is not in the log (who waits, what was heard from whom) dies with the state.
 */
export interface ShardState<Record> {
  /** Takes in one record: from the log, or one that an operation has just appended. Never fails for what the codec let through. */
  replay(record: Record): void
  /** The log has been replayed to its end: operations follow. Runs as one itself. */
  activate(turn: Turn<Record>): void
}

/** What a state is given to work with. */
export interface ShardContext<Record> {
  /** Runs an operation on the shard after `delayMs`, unless the state is gone by then. */
  setTimer(delayMs: number, operation: (turn: Turn<Record>) => void): Timer
  /** Monotonic milliseconds: what sessions are measured in. */
  monotonicMs(): number
}
