/** The answer to one request, to be given once. */
export interface Answer {
  /** undefined: none is sent. */
  give(chunks: readonly Uint8Array[] | undefined): void
  /** None can be given: the connection is closed after the answers before it. */
  close(reason: string): void
}

export interface AnswersOptions {
  readonly send: (chunks: readonly Uint8Array[]) => void
  readonly close: (reason: string) => void
}

interface Slot {
  /** What to do when its turn has come, once that is known. */
  act: (() => void) | undefined
}

/** The answers of one connection: given in any order, sent in that of their requests, as Kafka's clients expect. */
export class AnswersInOrder {
  readonly #options: AnswersOptions
  readonly #slots: Slot[] = []

  constructor(options: AnswersOptions) {
    this.#options = options
  }

  /** A place behind all answers asked for so far; `onSent` is called when its turn has passed. */
  next(onSent: () => void): Answer {
    const slot: Slot = { act: undefined }
    this.#slots.push(slot)
    const settle = (act: () => void): void => {
      slot.act = () => {
        act()
        onSent()
      }
      this.#sendReady()
    }
    const { send, close } = this.#options
    return {
      give: (chunks) => settle(() => (chunks === undefined ? undefined : send(chunks))),
      close: (reason) => settle(() => close(reason)),
    }
  }

  #sendReady(): void {
    let ready = 0
    for (; this.#slots[ready]?.act !== undefined; ready++) this.#slots[ready]?.act?.()
    this.#slots.splice(0, ready)
  }
}
