/** A clock that moves on only while somebody sleeps. */
export class VirtualTime {
  nowMs: number

  constructor(startMs: number) {
    this.nowMs = startMs
  }

  /** Moves on by `ms`, once everything that can happen now has. */
  async sleep(ms: number): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.nowMs += ms
  }
}
