import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { residentBytes } from '@kafka-ts/tests/support'
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
  process.once('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: removeRetries }))
  return directory
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
export async function startServerProcess({ program, args, ready, address, version, directory }: ServerProcessOptions): Promise<Server> {
  const begun = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: directory })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const killWithParent = () => child.kill('SIGKILL')
  process.prependOnceListener('exit', killWithParent)
  await untilReady(child, ready)
  return {
    address,
    version,
    startMs: performance.now() - begun,
    residentBytes: () => residentBytes(child.pid as number),
    remove: async () => {
      child.kill('SIGTERM')
      const tooLong = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs)
      await exited
      clearTimeout(tooLong)
      process.off('exit', killWithParent)
      rmSync(directory, { recursive: true, force: true })
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
