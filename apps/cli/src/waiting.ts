import type { Session } from './session.ts'

/** How often to look, and how long. */
export interface WaitOptions {
  readonly everyMs: number
  /** Without it the wait ends only by success or by a signal. */
  readonly forMs: number | undefined
}

/** Looks again and again until `check` answers true, or the time is up: then the answer is false. The first look is at once. */
export async function waitUntil(session: Session, { everyMs, forMs }: WaitOptions, check: () => Promise<boolean>): Promise<boolean> {
  const { doors } = session
  const deadlineMs = forMs === undefined ? Number.POSITIVE_INFINITY : doors.now() + forMs
  for (;;) {
    if (await check()) return true
    const leftMs = deadlineMs - doors.now()
    if (leftMs <= 0) return false
    await doors.sleep(Math.min(everyMs, leftMs))
  }
}
