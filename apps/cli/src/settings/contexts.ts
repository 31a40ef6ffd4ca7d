/** A colour every terminal has, by its name. */
export type ContextColor = 'black' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white' | 'gray'

/** A named cluster. */
export interface Context {
  readonly brokers: readonly string[]
  /** Shown wherever the context is, to tell production from the rest. */
  readonly color?: ContextColor
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
