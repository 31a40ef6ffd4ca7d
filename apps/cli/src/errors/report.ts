import { styleText } from 'node:util'
import { closest } from '../closest.ts'
import { CliError } from './cli-error.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { isKafkaError } from './kafka-errors.ts'

/** The fields of an error that leave the process; nothing else of it does. */
export interface ErrorReport {
  readonly code: string
  readonly message: string
  readonly exit: ExitCode
  readonly retriable: boolean
  readonly suggestions: readonly string[]
}

/** What oclif's parser throws, as far as it is used here. */
interface OclifError extends Error {
  readonly oclif: { readonly exit?: number }
  readonly flags?: readonly string[]
  readonly parse?: { readonly input?: { readonly flags?: Readonly<Record<string, unknown>>; readonly context?: { readonly id?: string } } }
}

function isOclifError(error: unknown): error is OclifError {
  return error instanceof Error && 'oclif' in error && typeof error.oclif === 'object'
}

/** Anything thrown as the report the user gets. */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof CliError) {
    const { code, exit, retriable, suggestions } = error
    return { code, message: withoutParserTalk(error.message), exit, retriable, suggestions }
  }
  if (isOclifError(error)) return parserReport(error)
  if (isKafkaError(error))
    return { code: error.code, message: error.message, exit: EXIT.unexpected, retriable: error.retriable, suggestions: [] }
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNEXPECTED'
  return { code, message, exit: EXIT.unexpected, retriable: false, suggestions: ['add --debug to see where it comes from'] }
}

/** The parser's messages, and those it passes on of what a flag's value is not, come with a tail and tabs made for its own printer. */
function withoutParserTalk(message: string): string {
  return message.replace(/\s*See more help with --help/g, '').replace(/^Parsing --(\S+)\s+/, '--$1: ')
}

function parserReport(error: OclifError): ErrorReport {
  const message = withoutParserTalk(error.message)
    .replace(/^The following errors? occurred:\s*/, '')
    .replace(/^Nonexistent flag/, 'Unknown flag')
    .replace(/\s*\n\s*/g, ' ')
  const suggestions = []
  const known = Object.keys(error.parse?.input?.flags ?? {}).map((name) => `--${name}`)
  for (const flag of error.flags ?? []) {
    const near = closest(flag, known)
    if (near !== undefined) suggestions.push(`did you mean ${near}?`)
  }
  const id = error.parse?.input?.context?.id
  suggestions.push(`kafka-ts ${id === undefined ? '' : `${id.replaceAll(':', ' ')} `}--help`)
  return { code: 'USAGE', message, exit: EXIT.usage, retriable: false, suggestions }
}

/** How a report is drawn for people. */
export interface ReportStyle {
  readonly isAscii: boolean
  readonly isColored: boolean
  /** Also where it was thrown, and what caused it. */
  readonly isDebug: boolean
}

/** The report as lines for stderr, each behind a bang, ending with a line feed. */
export function renderReport(report: ErrorReport, error: unknown, style: ReportStyle): string {
  const lines = [`Error: ${report.message}`, `Code: ${report.code}`]
  for (const cause of causesOf(error)) if (!lines.some((line) => line.includes(cause.message))) lines.push(`Caused by: ${cause.message}`)
  if (report.suggestions.length === 1) lines.push(`Try this: ${report.suggestions[0]}`)
  else if (report.suggestions.length > 1) lines.push('Try this:', ...report.suggestions.map((suggestion) => `  * ${suggestion}`))
  const mark = style.isAscii ? '>' : '›'
  const bang = style.isColored ? styleText('red', mark, { validateStream: false }) : mark
  const text = lines
    .flatMap((line) => line.split('\n'))
    .map((line) => ` ${bang}   ${line}\n`)
    .join('')
  return style.isDebug && error instanceof Error ? `${text}${error.stack ?? ''}\n` : text
}

const CAUSES_SHOWN = 5

function causesOf(error: unknown): Error[] {
  const causes: Error[] = []
  let current = error instanceof Error ? error.cause : undefined
  while (current instanceof Error && causes.length < CAUSES_SHOWN) {
    causes.push(current)
    current = current.cause
  }
  return causes
}
