import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { quote } from '../ui/reset-draft.ts'
import { TerminalEmulator } from './terminal-emulator.ts'

const WAIT_MS = 25_000

/** Whether `script` and `stty` are here; a Debian has them always, other systems have another `script`. */
export function hasPseudoTerminals(): boolean {
  return process.platform === 'linux' && existsSync('/usr/bin/script') && existsSync('/usr/bin/stty')
}

/** Keys as a terminal sends them. */
export const bytes = {
  enter: '\r',
  escape: '\u001b',
  tab: '\t',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  ctrlC: '\u0003',
  ctrlR: '\u0012',
} as const

/**
 * A shell in a pseudo terminal made by `script` (util-linux), and the screen it writes to. The shell is there so that a test can look at the terminal
 * after the program ended.
 */
export class PseudoTerminal {
  readonly screen: TerminalEmulator
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #directory = mkdtempSync(join(tmpdir(), 'kafka-ts-terminal-'))
  #watchers: (() => void)[] = []
  #failure: unknown

  constructor({ columns, rows, env }: { readonly columns: number; readonly rows: number; readonly env: NodeJS.ProcessEnv }) {
    this.screen = new TerminalEmulator(columns, rows)
    const shell = `stty cols ${columns} rows ${rows}; tty > ${quote(this.#ttyFile)}; exec sh`
    this.#child = spawn('/usr/bin/script', ['-qefc', shell, '/dev/null'], {
      env: { ...env, TERM: 'xterm-256color', PS1: '$ ' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child.stdout.setEncoding('utf8')
    this.#child.stdout.on('data', (output: string) => this.#feed(output))
  }

  /** Types. */
  type(keys: string): void {
    this.#child.stdin.write(keys)
  }

  /** Gives the terminal another size; the program in it gets its SIGWINCH from the kernel. */
  resize(columns: number, rows: number): void {
    this.screen.resize(columns, rows)
    execFileSync('/usr/bin/stty', ['-F', readFileSync(this.#ttyFile, 'utf8').trim(), 'cols', String(columns), 'rows', String(rows)])
  }

  /** How the terminal is set now, as `stty -g` tells. */
  settings(): string {
    return execFileSync('/usr/bin/stty', ['-g', '-F', readFileSync(this.#ttyFile, 'utf8').trim()], { encoding: 'utf8' })
  }

  /** The screen once it is as expected. Throws with the screen of then when it does not become so. */
  async until(what: string, isSo: (lines: readonly string[], screen: TerminalEmulator) => boolean): Promise<string[]> {
    const deadline = AbortSignal.timeout(WAIT_MS)
    while (this.#failure === undefined) {
      const lines = this.screen.text()
      if (isSo(lines, this.screen)) return lines
      if (deadline.aborted) throw new Error(`${what}: not on the screen:\n${lines.join('\n')}`)
      await this.#change(deadline)
    }
    throw this.#failure
  }

  /** The screen once some line matches. */
  see(pattern: RegExp): Promise<string[]> {
    return this.until(String(pattern), (lines) => lines.some((line) => pattern.test(line)))
  }

  /** Ends the shell and whatever runs in it. */
  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL')
      await once(this.#child, 'exit')
    }
    rmSync(this.#directory, { recursive: true, force: true })
  }

  get #ttyFile(): string {
    return join(this.#directory, 'tty')
  }

  #feed(output: string): void {
    try {
      this.screen.feed(output)
    } catch (error) {
      this.#failure = error
    }
    for (const watcher of this.#watchers.splice(0)) watcher()
  }

  #change(deadline: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#watchers.push(resolve)
      deadline.addEventListener('abort', () => resolve(), { once: true })
    })
  }
}
