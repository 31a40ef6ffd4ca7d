/**
 * Calls the application's functions one after the other, in the order of what happened. What one throws goes to `onError`: the group goes on, and the
 * application hears of it where it asks for records.
 */
export class GroupHooks {
  readonly #onError: (error: unknown) => void
  #last: Promise<void> = Promise.resolve()

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  /** Resolves when `hook` and all before it are done. Never rejects. */
  run(hook: () => unknown): Promise<void> {
    this.#last = this.#last.then(async () => {
      try {
        await hook()
      } catch (error) {
        this.#onError(error)
      }
    })
    return this.#last
  }
}
