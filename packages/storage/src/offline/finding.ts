/**
 * What a finding means for the records:
 *
 * - `damage`: records that were durable cannot be read, or are missing; the broker keeps the log offline.
 * - `torn tail`: what a crash left behind the durable point; the next start cuts it, or puts it back from the journal.
 * - `rebuilt`: a file that is made from the log; the next start, or the first use, makes it again.
 */
export type FindingKind = 'damage' | 'torn tail' | 'rebuilt'

/** Something that is wrong with a log, and where. */
export interface Finding {
  readonly kind: FindingKind
  readonly file: string
  readonly position: number
  /** Behind the last byte concerned; equal to `position` where bytes are missing. */
  readonly end: number
  /** The records concerned lie at and above it ... */
  readonly fromOffset: number
  /** ... and below it: an upper bound of how many they are, for compaction may have removed some of them before. */
  readonly toOffset: number
  readonly problem: string
}
