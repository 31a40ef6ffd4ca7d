import type { Task } from './task.ts'

/**
 * What keeps records in order: those of one lane go one after the other. A lane outlives what its partition goes through (a seek, a rebalance), because a handler
 * may still be at work on a record from before.
 */
export class Lanes {
  /** The tasks that wait behind the one at work. */
  readonly #waiting = new Map<number, Task[]>()

  /** Whether the task may begin; else it waits, and `leave` gives it. */
  enter(task: Task): boolean {
    if (task.lane === undefined) return true
    const waiting = this.#waiting.get(task.lane)
    if (waiting === undefined) {
      this.#waiting.set(task.lane, [])
      return true
    }
    waiting.push(task)
    return false
  }

  /** The task is over, whatever came of it: gives the next of its lane, which has entered by that. */
  leave({ lane }: Task): Task | undefined {
    if (lane === undefined) return undefined
    const waiting = this.#waiting.get(lane)
    const next = waiting?.find((task) => !task.isDropped)
    if (next === undefined || waiting === undefined) {
      this.#waiting.delete(lane)
      return undefined
    }
    waiting.splice(0, waiting.indexOf(next) + 1)
    return next
  }
}
