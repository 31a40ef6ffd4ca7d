const settleMs = 1500

/** Lets a process that has just started reach its idle state before its memory is read. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, settleMs))
}
