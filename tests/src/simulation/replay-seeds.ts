/** Seeds that failed once, with what was wrong. They run before all others, for ever. */
export const REPLAY_SEEDS: readonly { readonly seed: number; readonly found: string }[] = [
  { seed: 1, found: 'the earliest and the latest offset, asked for in one call, were both the same (client)' },
  { seed: 2, found: 'deleted segments that a power cut brought back in part were taken for damage (storage)' },
  { seed: 29, found: 'recovery points were forgotten at a clean start, so that damage was cut off as a torn tail (storage)' },
  { seed: 38, found: 'a segment torn from its first byte, at the recovery point, made the directory unusable (storage)' },
  { seed: 69, found: 'what was missing below the log start counted as damage (storage)' },
  { seed: 74, found: 'a log of durability page that had lost its front began where nothing was (storage)' },
  {
    seed: 82,
    found: 'a journal file whose name a killed process had not synced went with a power cut, and acknowledged records in it (storage)',
  },
  { seed: 128, found: 'what only the journal had of a log that was found damaged was lost although its segment was mended (storage)' },
  { seed: 184, found: 'appends were confirmed after the directory had gone offline (storage)' },
  { seed: 783, found: 'a group of small batches larger than the staging buffer spoilt the journal (storage)' },
  { seed: 30375, found: 'the cut of a torn tail, made by a start that was killed, came undone with the next power cut (storage)' },
  {
    seed: 5911,
    found:
      'a record larger than its journal file left no room for the end of the file, and a full disk took the directory offline (storage)',
  },
  {
    seed: 80028,
    found:
      'an append that a segment refused left a mark, to which the log was cut when its segments were others; acknowledged records went (storage)',
  },
  {
    seed: 132,
    found: 'a member that was closing gave a partition on before its last commit and onRevoked were done, and was given another (client)',
  },
]
