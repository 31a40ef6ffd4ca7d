const POLL_MS = 5
/** Long enough for a machine that does twenty other things; what holds sooner is seen at once. */
const DEADLINE_MS = 90_000

/** Resolves once the condition holds; rejects when it does not within the deadline. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${DEADLINE_MS / 1000} s in vain for ${condition}`)
    await pause(POLL_MS)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
