import { EXIT } from './errors/exit-codes.ts'

/** What asks the command to end. */
export type Interrupt = 'SIGINT' | 'SIGTERM'

/** The exit code by which a shell knows a command that a signal ended. */
export function interruptExitCode(interrupt: Interrupt): number {
  return interrupt === 'SIGINT' ? EXIT.interrupted : EXIT.terminated
}

/** Where signals arrive. Without a handler the process ends at once; with one it is the handler's turn, once. */
export interface Interrupts {
  /** Ends in its own way at the first signal; a second one ends the process. Returns how to stop listening. */
  handle(handler: (interrupt: Interrupt) => void): () => void
  /** From now on signals are somebody else's (the broker's daemon has its own handlers), and do nothing here until the process ends. */
  release(): void
}

/** Signals of this process. */
export class ProcessInterrupts implements Interrupts {
  #handler: ((interrupt: Interrupt) => void) | undefined
  #isReleased = false

  constructor() {
    for (const interrupt of ['SIGINT', 'SIGTERM'] as const) process.on(interrupt, () => this.#arrived(interrupt))
  }

  handle(handler: (interrupt: Interrupt) => void): () => void {
    this.#handler = handler
    return () => {
      if (this.#handler === handler) this.#handler = undefined
    }
  }

  release(): void {
    this.#isReleased = true
  }

  #arrived(interrupt: Interrupt): void {
    if (this.#isReleased) return
    const handler = this.#handler
    if (handler === undefined) process.exit(interruptExitCode(interrupt))
    this.#handler = undefined
    handler(interrupt)
  }
}
