import type { CliDoors } from '../doors.ts'
import { CliError } from '../errors/cli-error.ts'
import { EXIT } from '../errors/exit-codes.ts'
import { type ErrorReport, reportOf } from '../errors/report.ts'
import type { OutputFormat } from './format.ts'
import { plural } from './humanize.ts'
import { type FailedItem, type Listing, type ListingStyle, renderListing, renderSchema } from './listing.ts'

const CLEAR_SCREEN = '\u001b[H\u001b[2J'

/** The flags that say how to write. */
export interface OutputOptions {
  readonly format: OutputFormat
  readonly columns?: readonly string[] | undefined
  readonly sort?: string | undefined
  readonly hasHeaders?: boolean
  readonly isRaw?: boolean
  readonly isAscii?: boolean
  readonly isQuiet?: boolean
}

/** An item that failed: what was asked for, and the error. */
export interface Failure {
  readonly name: string
  readonly error: unknown
}

/** A result on its way out. */
export interface Outcome<Item> {
  readonly items: readonly Item[]
  readonly failures?: readonly Failure[]
  readonly warnings?: readonly string[]
  /** For people at a terminal, below a table: `3 topics`. */
  readonly footer?: string
  /** Fits after "could not be": `deleted`. Named when some items failed. */
  readonly done?: string
  /** The noun of an item: `topic`. */
  readonly noun?: string
}

/** Writes results to stdout and talk to stderr. */
export class Output {
  readonly #doors: CliDoors
  readonly #options: OutputOptions
  #isReplacing = false

  constructor(doors: CliDoors, options: OutputOptions) {
    this.#doors = doors
    this.#options = options
  }

  get format(): OutputFormat {
    return this.#options.format
  }

  /** Whether people read it, rather than a program. */
  get isForPeople(): boolean {
    return this.format === 'table' || this.format === 'wide'
  }

  /** Whether stderr can show something that changes, and nobody asked for silence. */
  get canShowProgress(): boolean {
    return this.#doors.stderr.isTTY === true && !this.#options.isQuiet
  }

  /** A line of talk. */
  say(line: string): void {
    if (!this.#options.isQuiet) this.#doors.stderr.write(`${line}\n`)
  }

  /** A line that matters even to those who asked for quiet. */
  warn(line: string): void {
    this.#doors.stderr.write(`Warning: ${line}\n`)
  }

  /** Something that goes on by itself could not be read this time: a line of talk, and one of ndjson. */
  interrupted(report: ErrorReport): void {
    this.#doors.stderr.write(`${report.message}\n`)
    if (this.format === 'ndjson') this.#doors.stdout.write(`${JSON.stringify({ error: report })}\n`)
  }

  /** Draws over the last line of the terminal; an empty text takes it away. */
  progress(line: string): void {
    if (this.canShowProgress) this.#doors.stderr.write(`\r\u001b[K${line}`)
  }

  /** The next result takes the place of what is on the screen; until it is there, the old one stays. */
  replaceScreen(): void {
    this.#isReplacing = this.isForPeople && this.#doors.stdout.isTTY === true
  }

  /** Prints the shape of the JSON and answers true when that is what was asked for: then the command has nothing else to do. */
  wroteSchema<Item>(listing: Listing<Item>): boolean {
    if (this.format !== 'schema') return false
    this.#doors.stdout.write(renderSchema(listing))
    return true
  }

  /** Writes a result, then throws if any of it failed: partial failure is failure. */
  async write<Item>(listing: Listing<Item>, outcome: Outcome<Item>): Promise<void> {
    const failures = (outcome.failures ?? []).map((failure) => ({ name: failure.name, error: reportOf(failure.error) }))
    const warnings = outcome.warnings ?? []
    const isAlone = outcome.items.length === 0 && failures.length === 1
    if (!isAlone) {
      const text = await renderListing(listing, { items: outcome.items, warnings, failures }, this.#style())
      this.#doors.stdout.write(this.#isReplacing ? `${CLEAR_SCREEN}${text}` : text)
      this.#isReplacing = false
    }
    if (this.isForPeople || this.format === 'name' || this.format === 'ndjson') for (const warning of warnings) this.warn(warning)
    if (this.isForPeople && this.#doors.stdout.isTTY && outcome.footer !== undefined && failures.length === 0) this.say(outcome.footer)
    if (failures.length > 0) throw failureOf(outcome, failures, isAlone)
  }

  #style(): ListingStyle {
    const { format, columns, sort, hasHeaders = true, isRaw = false, isAscii = false } = this.#options
    const width = this.#doors.stdout.isTTY ? (this.#doors.stdout.columns ?? undefined) : undefined
    return {
      format,
      hasHeaders,
      isRaw,
      isAscii,
      width,
      ...(columns === undefined ? {} : { columns }),
      ...(sort === undefined ? {} : { sort }),
    }
  }
}

/** One item asked for fails as itself; several that all fail alike fail alike; everything else is a partial failure. */
function failureOf<Item>(outcome: Outcome<Item>, failures: readonly FailedItem[], isAlone: boolean): unknown {
  const [first] = outcome.failures ?? []
  if (isAlone) return first?.error
  const total = outcome.items.length + failures.length
  const isSame = outcome.items.length === 0 && failures.every((failure) => failure.error.exit === failures[0]?.error.exit)
  const lines = failures.map((failure) => `  ${failure.name}: ${failure.error.code}: ${failure.error.message}`)
  return new CliError(
    [`${failures.length} of ${plural(total, outcome.noun ?? 'item')} could not be ${outcome.done ?? 'read'}:`, ...lines].join('\n'),
    {
      code: isSame ? (failures[0]?.error.code ?? 'PARTIAL_FAILURE') : 'PARTIAL_FAILURE',
      exit: isSame ? (failures[0]?.error.exit ?? EXIT.partial) : EXIT.partial,
      retriable: failures.every((failure) => failure.error.retriable),
      isOnStdout: true,
    },
  )
}
