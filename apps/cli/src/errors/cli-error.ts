import { EXIT, type ExitCode } from './exit-codes.ts'

/** What a `CliError` carries besides its message. */
export interface CliErrorOptions {
  readonly code: string
  readonly exit: ExitCode
  readonly suggestions?: readonly string[]
  readonly retriable?: boolean
  readonly cause?: unknown
  /** The failure is part of what was printed on stdout already, so that JSON readers find one document there. */
  readonly isOnStdout?: boolean
}

/** An error as the user sees it: `message` says what failed, on what and why; `suggestions` what to do. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: string
  readonly exit: ExitCode
  readonly suggestions: readonly string[]
  readonly retriable: boolean
  readonly isOnStdout: boolean

  constructor(message: string, options: CliErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = options.code
    this.exit = options.exit
    this.suggestions = options.suggestions ?? []
    this.retriable = options.retriable ?? false
    this.isOnStdout = options.isOnStdout ?? false
  }
}

/** A command line, a value or a file that is not as it must be. */
export function usageError(message: string, ...suggestions: string[]): CliError {
  return new CliError(message, { code: 'USAGE', exit: EXIT.usage, suggestions })
}

/** Something that was named and is not there. */
export function notFoundError(message: string, ...suggestions: string[]): CliError {
  return new CliError(message, { code: 'NOT_FOUND', exit: EXIT.notFound, suggestions })
}
