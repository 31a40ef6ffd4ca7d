/** Runs at most `limit` tasks at a time; the others wait in the order they came. */
export class TaskLimit {
  readonly #limit: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Settles as `task` does, once it has had its turn. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running++
    try {
      return await task()
    } finally {
      const next = this.#waiting.shift()
      // The place is handed on: `#running` stays as it is.
      if (next === undefined) this.#running--
      else next()
    }
  }
}
