/** A named cluster. */
export interface Context {
  readonly brokers: readonly string[]
  /** Shown wherever the context is, to tell production from the rest. */
  readonly color?: string
  /** Destructive commands need the name typed. */
  readonly isProtected: boolean
  readonly timeoutMs?: number
  readonly properties: Readonly<Record<string, string>>
}

/** The configuration file, read and checked. */
export interface ConfigFile {
  readonly path: string
  readonly contexts: ReadonlyMap<string, Context>
}
