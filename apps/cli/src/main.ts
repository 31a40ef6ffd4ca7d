import { fileURLToPath } from 'node:url'
import { run } from '@oclif/core/run'
import { CliError } from './errors/cli-error.ts'
import { renderReport, reportOf } from './errors/report.ts'
import { hasFlag, requestedFormat, withWatchInterval } from './flags/argv.ts'

const PACKAGE_ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Runs one command line and ends the process with its exit code. Errors of every kind are reported here and nowhere else. */
export async function main(argv: readonly string[]): Promise<never> {
  let exitCode = 0
  try {
    await run(withWatchInterval(argv), { root: PACKAGE_ROOT })
    exitCode = Number(process.exitCode ?? 0)
  } catch (error) {
    exitCode = isExit(error) ? error.oclif.exit : fail(argv, error)
  }
  await Promise.all([flushed(process.stdout), flushed(process.stderr)])
  process.exit(exitCode)
}

/** What oclif throws to end early, after its help for instance. */
function isExit(error: unknown): error is { readonly oclif: { readonly exit: number } } {
  return error instanceof Error && 'code' in error && error.code === 'EEXIT'
}

/** Reports an error for people on stderr, and for JSON readers on stdout as well; returns the exit code. */
function fail(argv: readonly string[], error: unknown): number {
  const report = reportOf(error)
  const format = requestedFormat(argv, process.env)
  const isOnStdout = error instanceof CliError && error.isOnStdout
  if ((format === 'json' || format === 'ndjson') && !isOnStdout) process.stdout.write(`${JSON.stringify({ error: report })}\n`)
  const style = {
    isAscii: hasFlag(argv, '--ascii'),
    isColored: process.stderr.isTTY === true && process.env['FORCE_COLOR'] !== '0',
    isDebug: hasFlag(argv, '--debug') || Boolean(process.env['KAFKA_TS_DEBUG']),
  }
  process.stderr.write(renderReport(report, error, style))
  return report.exit
}

/** Resolves once all is written, or the stream has told its listeners why not, which comes a turn later: they end the process. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => setImmediate(resolve)
    if (stream.writableLength === 0 || stream.destroyed) settle()
    else stream.write('', settle)
  })
}
