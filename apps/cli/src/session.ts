import type { Admin, AdminCallOptions, KafkaError, KafkaOptions, Logger } from '@kafka-ts/client'
import type { CliDoors, KafkaClient } from './doors.ts'
import { CliError } from './errors/cli-error.ts'
import { EXIT } from './errors/exit-codes.ts'
import { explain } from './errors/kafka-errors.ts'
import type { Output } from './output/output.ts'
import { checkScopes, type PropertyScope, propertyOptions } from './settings/client-properties.ts'
import type { Settings } from './settings/settings.ts'

/** How long the client may go on after the time the user gave: it answers itself first, with a better message. */
const DEADLINE_GRACE_MS = 500
const CLIENT_ID = 'kafka-ts-cli'

/** What a session is made of. */
export interface SessionParts {
  readonly doors: CliDoors
  readonly settings: Settings
  readonly output: Output
  readonly isDebug: boolean
  /** Parts of the client the command uses, by which `-X` is checked. */
  readonly scopes: readonly PropertyScope[]
}

/** One command at work on one cluster: its settings, its output, and a client that connects when first used. */
export class Session {
  readonly doors: CliDoors
  readonly settings: Settings
  readonly output: Output
  readonly #isDebug: boolean
  #client: Promise<KafkaClient> | undefined

  constructor({ doors, settings, output, isDebug, scopes }: SessionParts) {
    this.doors = doors
    this.settings = settings
    this.output = output
    this.#isDebug = isDebug
    checkScopes(settings.properties, scopes)
  }

  get timeoutMs(): number {
    return this.settings.timeoutMs.value
  }

  /** The client; it connects by itself. */
  kafka(): Promise<KafkaClient> {
    this.#client ??= this.doors.connect(this.#clientOptions())
    return this.#client
  }

  /** A client of its own with the same settings, for who needs several; the caller closes it. */
  newClient(): Promise<KafkaClient> {
    return this.doors.connect(this.#clientOptions())
  }

  /** One call of the admin client within the time-out; `what` fits after "Cannot". */
  async admin<T>(what: string, call: (admin: Admin, options: AdminCallOptions) => Promise<T>): Promise<T> {
    const { admin } = await this.kafka()
    return this.within(what, (signal) => call(admin, { signal, timeoutMs: this.timeoutMs }))
  }

  /** Work with the cluster within the time-out; an error of the client is told as what could not be done, where and why. */
  async within<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    const deadline = this.doors.sleep(this.timeoutMs + DEADLINE_GRACE_MS, controller.signal).then((): never => {
      const brokers = this.settings.brokers.value.join(', ')
      throw new CliError(`Cannot ${what}: no answer from ${brokers} within ${this.timeoutMs / 1000} s.`, {
        code: 'TIMED_OUT',
        exit: EXIT.unreachable,
        retriable: true,
        suggestions: ['wait longer with --timeout', 'see which setting comes from where: kafka-ts context show --effective'],
      })
    })
    // Once the work is done the deadline is woken by the abort below, and nobody listens to what it says.
    deadline.catch(() => undefined)
    try {
      return await Promise.race([work(controller.signal), deadline])
    } catch (error) {
      throw this.explain(error, what)
    } finally {
      controller.abort()
    }
  }

  /** An error of the client as the user reads it. */
  explain(error: unknown, what: string): unknown {
    return explain(error, { what, brokers: this.settings.brokers.value, timeoutMs: this.timeoutMs })
  }

  /** Outcomes as the items that succeeded and the failures that did not, told like errors of whole calls. */
  split<O extends { readonly error?: KafkaError | undefined }>(
    outcomes: readonly O[],
    describe: (outcome: O) => { readonly name: string; readonly what: string },
  ): {
    readonly succeeded: readonly (O & { readonly error?: undefined })[]
    readonly failures: readonly { readonly name: string; readonly error: unknown }[]
  } {
    const succeeded: (O & { readonly error?: undefined })[] = []
    const failures: { name: string; error: unknown }[] = []
    for (const outcome of outcomes) {
      const { error } = outcome
      if (error === undefined) succeeded.push(outcome as O & { readonly error?: undefined })
      else {
        const { name, what } = describe(outcome)
        failures.push({ name, error: this.explain(error, what) })
      }
    }
    return { succeeded, failures }
  }

  /** Properties of a producer or consumer that were set by flags, files and contexts. */
  options(scope: PropertyScope): Record<string, string | number | boolean> {
    return propertyOptions(this.settings.properties, scope)
  }

  /** Ends the client, if there is one. */
  async close(): Promise<void> {
    const client = await this.#client
    await client?.close()
  }

  #clientOptions(): KafkaOptions {
    const timeoutMs = this.timeoutMs
    return {
      clientId: CLIENT_ID,
      requestTimeoutMs: timeoutMs,
      connectTimeoutMs: timeoutMs,
      retryTimeoutMs: timeoutMs,
      ...this.options('client'),
      brokers: this.settings.brokers.value,
      ...(this.#isDebug ? { logger: this.#logger() } : {}),
    }
  }

  #logger(): Logger {
    const log = (level: string) => (message: string) => void this.doors.stderr.write(`${level} ${message}\n`)
    return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
  }
}
