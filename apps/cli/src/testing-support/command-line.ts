import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** What a process did. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The command as whole processes, from its build, in a home of its own. */
export class CommandLine {
  readonly bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
  readonly home = mkdtempSync(join(tmpdir(), 'kafka-ts-cli-process-'))
  readonly env: NodeJS.ProcessEnv
  readonly #brokers: ChildProcessWithoutNullStreams[] = []

  constructor() {
    const built = fileURLToPath(new URL('../../bundle/main.js', import.meta.url))
    if (!existsSync(built)) throw new Error(`${built} is missing: run the build first (npm test does).`)
    this.env = { PATH: process.env['PATH'], HOME: this.home, XDG_CONFIG_HOME: this.home, XDG_CACHE_HOME: this.home, NODE_ENV: 'production' }
  }

  start(argv: readonly string[], extraEnv: Readonly<Record<string, string>> = {}): ChildProcessWithoutNullStreams {
    return spawn(process.execPath, [this.bin, ...argv], {
      cwd: this.home,
      env: { ...this.env, ...extraEnv },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  }

  /** Runs to the end. */
  run(
    argv: readonly string[],
    { input = '', extraEnv = {} }: { input?: string | Buffer; extraEnv?: Record<string, string> } = {},
  ): Promise<Finished> {
    return finish(this.start(argv, extraEnv), input)
  }

  /** Runs a shell with the command on its path. */
  shell(script: string, extraEnv: Readonly<Record<string, string>> = {}): Promise<Finished> {
    const child = spawn('bash', ['-c', `kafka-ts() { "${process.execPath}" "${this.bin}" "$@"; }\n${script}`], {
      cwd: this.home,
      env: { ...this.env, ...extraEnv },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    return finish(child, '')
  }

  /** A broker of its own, which ends with `end`. */
  async startBroker(): Promise<{ readonly broker: ChildProcessWithoutNullStreams; readonly address: string }> {
    const broker = this.start(['broker', 'start', '--port', '0', '--data-dir', join(this.home, `data-${this.#brokers.length}`)])
    this.#brokers.push(broker)
    const ready = await firstOutput(broker)
    const address = /ready on (\S+)/.exec(ready)?.[1]
    if (address === undefined) throw new Error(`no ready line: ${ready}`)
    return { broker, address }
  }

  /** Kills what still runs and removes the home. */
  async end(): Promise<void> {
    for (const broker of this.#brokers) {
      if (broker.exitCode !== null || broker.signalCode !== null) continue
      broker.kill('SIGKILL')
      await once(broker, 'exit')
    }
    rmSync(this.home, { recursive: true, force: true })
  }
}

async function finish(child: ChildProcessWithoutNullStreams, input: string | Buffer): Promise<Finished> {
  child.stdin.end(input)
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: code as number | null, stdout, stderr }
}

/** Resolves with the first output that a child writes. */
export async function firstOutput(child: ChildProcessWithoutNullStreams): Promise<string> {
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  return chunk.toString()
}
