/** One question about names at a time. Who asks meanwhile is answered by the next one, so that no answer is older than its question. */
export class SharedQuestion<Answer> {
  readonly #ask: (names: readonly string[]) => Promise<Answer>
  #asked: Promise<unknown> | undefined
  #next: { readonly names: Set<string>; readonly answer: Promise<Answer> } | undefined

  constructor(ask: (names: readonly string[]) => Promise<Answer>) {
    this.#ask = ask
  }

  /** The answer to a question that has `name` among others in it. Rejects as that does. */
  ask(name: string): Promise<Answer> {
    if (this.#next !== undefined) {
      this.#next.names.add(name)
      return this.#next.answer
    }
    const names = new Set([name])
    if (this.#asked === undefined) return this.#begin(names)
    const answer = this.#asked.then(() => {
      this.#next = undefined
      return this.#begin(names)
    })
    this.#next = { names, answer }
    return answer
  }

  #begin(names: ReadonlySet<string>): Promise<Answer> {
    const answer = this.#ask([...names])
    const asked: Promise<void> = answer.then(
      () => this.#end(asked),
      () => this.#end(asked),
    )
    this.#asked = asked
    return answer
  }

  #end(asked: Promise<void>): void {
    if (this.#asked === asked && this.#next === undefined) this.#asked = undefined
  }
}
