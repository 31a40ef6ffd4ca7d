/** Runs asynchronous tasks one after the other, each whether or not the one before failed. */
export class SerialTasks {
  #last: Promise<unknown> = Promise.resolve()

  /** Settles as the task does. */
  run<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(task, task)
    this.#last = result.catch(() => {})
    return result
  }
}
