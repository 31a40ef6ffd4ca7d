/** Something that must never be, and was. */
export interface Violation {
  /** As in the table of docs/internals/simulation.md. */
  readonly invariant: string
  readonly atMs: number
  readonly what: string
}

/** One invariant, checked event by event over a whole history. */
export type Report = (invariant: string, atMs: number, what: string) => void
