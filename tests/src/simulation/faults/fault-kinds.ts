/** What can go wrong in a run. docs/internals/simulation.md says what each does. */
export const FAULT_KINDS = [
  'kill',
  'power-loss',
  'end-at-change',
  'end-in-recovery',
  'clean-restart',
  'failed-sync',
  'failed-write',
  'failed-read',
  'failed-rename',
  'disk-full',
  'bit-flip',
  'lost-snapshot',
  'slow-disk',
  'slow-network',
  'cut-connections',
  'lost-answers',
  'late-requests',
  'one-way-block',
  'clock-jump',
  'stall',
  'garbage',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]
