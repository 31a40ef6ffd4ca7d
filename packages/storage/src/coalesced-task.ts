/**
 * Runs an asynchronous task, never twice at a time. A call during a run asks for one more run after it, which all calls of
 * that time share: each caller's promise settles with a run that began after the call.
 */
export class CoalescedTask {
  readonly #task: () => Promise<void>
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(task: () => Promise<void>) {
    this.#task = task
  }

  run(): Promise<void> {
    if (this.#next !== undefined) return this.#next
    if (this.#running === undefined) return this.#start()
    const startNext = (): Promise<void> => this.#startNext()
    this.#next = this.#running.then(startNext, startNext)
    return this.#next
  }

  /** Settles when nothing runs any more; never rejects. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running.catch(() => {})
  }

  #startNext(): Promise<void> {
    this.#next = undefined
    return this.#start()
  }

  #start(): Promise<void> {
    const running = this.#task().finally(() => {
      if (this.#running === running) this.#running = undefined
    })
    this.#running = running
    return running
  }
}
