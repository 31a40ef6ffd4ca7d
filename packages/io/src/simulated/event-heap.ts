/** Something that will happen. Ordered by time, then by a seeded draw, then by when it was scheduled. */
export interface ScheduledEvent {
  readonly timeMs: number
  readonly tieBreak: number
  readonly sequence: number
  readonly label: string
  readonly run: () => void
  isCancelled: boolean
}

/** A binary heap of events, the earliest first. */
export class EventHeap {
  readonly #events: ScheduledEvent[] = []

  get size(): number {
    return this.#events.length
  }

  /** In no particular order. */
  [Symbol.iterator](): Iterator<ScheduledEvent> {
    return this.#events.values()
  }

  peek(): ScheduledEvent | undefined {
    return this.#events[0]
  }

  push(event: ScheduledEvent): void {
    const events = this.#events
    let index = events.length
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = events[parentIndex]
      if (parent === undefined || !isBefore(event, parent)) break
      events[index] = parent
      index = parentIndex
    }
    events[index] = event
  }

  pop(): ScheduledEvent | undefined {
    const events = this.#events
    const first = events[0]
    const last = events.pop()
    if (last !== undefined && last !== first) this.#sink(last)
    return first
  }

  #sink(event: ScheduledEvent): void {
    const events = this.#events
    let index = 0
    for (;;) {
      let childIndex = 2 * index + 1
      let child = events[childIndex]
      const right = events[childIndex + 1]
      if (child !== undefined && right !== undefined && isBefore(right, child)) {
        child = right
        childIndex++
      }
      if (child === undefined || !isBefore(child, event)) break
      events[index] = child
      index = childIndex
    }
    events[index] = event
  }
}

function isBefore(one: ScheduledEvent, other: ScheduledEvent): boolean {
  if (one.timeMs !== other.timeMs) return one.timeMs < other.timeMs
  if (one.tieBreak !== other.tieBreak) return one.tieBreak < other.tieBreak
  return one.sequence < other.sequence
}
