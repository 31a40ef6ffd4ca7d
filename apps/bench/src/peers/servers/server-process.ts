import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from '../at-exit.ts'
import type { Server } from './server.ts'

const readyDeadlineMs = 120_000
const stopDeadlineMs = 10_000
const keptCharacters = 8000
/** A server that was killed a moment ago may still be writing. */
const removeRetries = 5

export interface ServerProcessOptions {
  readonly program: string
  readonly args: readonly string[]
  /** Matches what it says once it is ready. */
  readonly ready: RegExp
  readonly address: string
  readonly version: string
  /** Removed with the server. */
  readonly directory: string
}

/** A new directory, which goes at the latest with this process. */
export function temporaryDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `kafka-ts-bench-${name}-`))
  atExit(() => removeDirectory(directory))
  return directory
}

function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: removeRetries })
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve((address as { readonly port: number }).port))
    })
  })
}

/** Starts a program and waits for its line that says that it is ready. Rejects with what it said when it ends before. */
export async function startServerProcess(options: ServerProcessOptions): Promise<Server> {
  const { address, version, directory } = options
  let running = await run(options)
  return {
    address,
    version,
    startMs: running.startMs,
    pid: () => running.child.pid as number,
    restartKilled: async () => {
      await running.end('SIGKILL')
      running = await run(options)
      return running.startMs
    },
    remove: async () => {
      await running.end('SIGTERM')
      removeDirectory(directory)
    },
  }
}

interface Running {
  readonly child: ChildProcess
  readonly startMs: number
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

async function run({ program, args, ready, directory }: ServerProcessOptions): Promise<Running> {
  const begun = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: directory })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const isOver = atExit(() => child.kill('SIGKILL'))
  await untilReady(child, ready)
  return {
    child,
    startMs: performance.now() - begun,
    end: async (signal) => {
      child.kill(signal)
      const tooLong = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs)
      await exited
      clearTimeout(tooLong)
      isOver()
    },
  }
}

function untilReady(child: ChildProcess, ready: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const fail = (why: string) => {
      clearTimeout(deadline)
      reject(new Error(`${child.spawnfile} ${why}: ${said}`))
    }
    const deadline = setTimeout(() => {
      child.kill('SIGKILL')
      fail(`was not ready within ${readyDeadlineMs} ms`)
    }, readyDeadlineMs)
    const onText = (text: string) => {
      said = (said + text).slice(-keptCharacters)
      if (!ready.test(said)) return
      clearTimeout(deadline)
      // What it says from now on must be taken off the pipe all the same, or it would wait for that.
      child.stdout?.off('data', onText).resume()
      child.stderr?.off('data', onText).resume()
      resolve()
    }
    child.stdout?.setEncoding('utf8').on('data', onText)
    child.stderr?.setEncoding('utf8').on('data', onText)
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code, signal) => fail(`ended (${code ?? signal}) before it was ready`))
  })
}
