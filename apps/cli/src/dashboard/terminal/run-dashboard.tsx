import { writeSync } from 'node:fs'
import type { ReadStream, WriteStream } from 'node:tty'
import { render } from 'ink'
import { EXIT } from '../../errors/exit-codes.ts'
import type { Interrupts } from '../../interrupts.ts'
import type { Dashboard } from '../dashboard.ts'
import type { FrameLook } from '../screens/frame.ts'
import { Screen } from './screen.tsx'

const MAX_FPS = 15
/** Leaves the alternate screen, shows the cursor, ends bracketed paste and synchronized output, resets colours. */
const RESTORE_TERMINAL = '\u001b[?2026l\u001b[?2004l\u001b[?1049l\u001b[?25h\u001b[0m'

/** A dashboard and the terminal to show it on. */
export interface TerminalOptions {
  readonly dashboard: Dashboard
  readonly stdin: ReadStream
  /** With its descriptor: what restores the terminal must be written before the process ends. */
  readonly stdout: WriteStream & { readonly fd: number }
  readonly look: FrameLook
  readonly interrupts: Interrupts
}

/** The exit code by which a shell knows that the terminal went away. */
const HUNG_UP = 129

/** Shows the dashboard until it ends, and returns the exit code. Whatever ends it, the terminal is as it was before. */
export async function runDashboard({ dashboard, stdin, stdout, look, interrupts }: TerminalOptions): Promise<number> {
  let exitCode: number = EXIT.ok
  const end = (code: number) => {
    exitCode = code
    dashboard.quit()
  }
  // Ctrl-C comes as a key here; a SIGINT from elsewhere means the same.
  const unhandle = interrupts.handle((interrupt) => end(interrupt === 'SIGINT' ? EXIT.ok : EXIT.terminated))
  const hangUp = () => end(HUNG_UP)
  process.on('SIGHUP', hangUp)
  const resize = () => dashboard.resize({ columns: stdout.columns, rows: stdout.rows })
  stdout.on('resize', resize)
  const crashed = Promise.withResolvers<never>()
  const crash = (error: unknown) => crashed.reject(error)
  process.on('uncaughtException', crash)
  const restore = () => restoreTerminal(stdin, stdout.fd)
  // For exits that nobody can wait for.
  process.on('exit', restore)
  const ink = render(<Screen dashboard={dashboard} look={look} />, {
    stdin,
    stdout,
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    maxFps: MAX_FPS,
    exitOnCtrlC: false,
  })
  try {
    await Promise.race([dashboard.run(), ink.waitUntilExit(), crashed.promise])
  } finally {
    dashboard.quit()
    ink.unmount()
    // An error of rendering is thrown by the race above already.
    await ink.waitUntilExit().catch(() => undefined)
    unhandle()
    process.off('SIGHUP', hangUp)
    stdout.off('resize', resize)
    process.off('uncaughtException', crash)
    process.off('exit', restore)
    restore()
  }
  return exitCode
}

function restoreTerminal(stdin: ReadStream, output: number): void {
  try {
    if (stdin.isTTY && stdin.isRaw) stdin.setRawMode(false)
    writeSync(output, RESTORE_TERMINAL)
  } catch {
    // The terminal itself is gone: there is nothing to restore, and nobody to tell.
  }
}
