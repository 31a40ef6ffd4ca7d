import type { Logger } from '../logger.ts'

/** The levels of a log, the least important first. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

export type LogLevel = (typeof logLevels)[number]

export interface TextLoggerOptions {
  readonly level: LogLevel
  /** Wall clock, milliseconds. */
  readonly now: () => number
  /** Takes one line, its end included. */
  readonly write: (line: string) => void
}

/** Writes a line a message for people: time, level, message, then the details as `name=value`. */
export function createTextLogger({ level, now, write }: TextLoggerOptions): Logger {
  const least = logLevels.indexOf(level)
  const at = (name: 'debug' | 'info' | 'warn' | 'error') => {
    if (logLevels.indexOf(name) < least) return () => {}
    const label = name.toUpperCase().padEnd(5)
    return (details: object, message: string) => write(`${new Date(now()).toISOString()} ${label} ${message}${formatDetails(details)}\n`)
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function formatDetails(details: object): string {
  const entries = Object.entries(details).filter(([, value]) => value !== undefined)
  const values = entries.flatMap(([name, value]) => (value instanceof Error ? [] : [` ${name}=${formatValue(value)}`]))
  const errors = entries.flatMap(([, value]) => (value instanceof Error ? [formatError(value)] : []))
  return [...values, ...errors].join('')
}

/** Whatever a client chose stays on the line: anything but plain words is quoted. */
function formatValue(value: unknown): string {
  return typeof value === 'string' && /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value)
}

/** The stack on lines of its own, and the causes below it. */
function formatError(error: Error): string {
  const stack = `\n  ${(error.stack ?? error.message).split('\n').join('\n  ')}`
  return error.cause instanceof Error ? `${stack}\n  caused by:${formatError(error.cause)}` : stack
}
