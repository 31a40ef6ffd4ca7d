import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../../apps/cli/bin/run.js', import.meta.url))
const readyDeadlineMs = 60_000

/** A broker as a user runs it: a process of its own from the built CLI, on a free port. */
export interface BrokerProcess {
  readonly address: string
  readonly dataDir: string
  readonly pid: number
  /** From spawn to the ready line, milliseconds. */
  readonly startMs: number
  /** Resident set, bytes (Linux; NaN elsewhere). */
  residentBytes(): number
  /** Ends the process with `signal` and waits for it; the data directory stays. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Stops it when it still runs and removes the data directory. */
  remove(): Promise<void>
}

export interface BrokerProcessOptions {
  /** A new temporary directory when left out. */
  readonly dataDir?: string
  /** 0, the default, picks a free one. */
  readonly port?: number
  /** Broker configs by Kafka's names, handed over as `-c name=value`. */
  readonly configs?: Readonly<Record<string, string>>
}

export async function startBrokerProcess(options: BrokerProcessOptions = {}): Promise<BrokerProcess> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'kafka-ts-broker-'))
  const configs = Object.entries(options.configs ?? {}).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const begun = performance.now()
  const child = spawn(process.execPath, [cli, 'broker', 'start', '--port', String(options.port ?? 0), '--data-dir', dataDir, ...configs], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const killWithParent = () => {
    child.kill('SIGKILL')
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
  }
  process.once('exit', killWithParent)
  child.once('exit', () => process.off('exit', killWithParent))
  const address = await readyAddress(child)
  const startMs = performance.now() - begun
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await exited
  }
  return {
    address,
    dataDir,
    pid: child.pid as number,
    startMs,
    residentBytes: () => residentBytes(child.pid as number),
    stop,
    remove: async () => {
      await stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Waits for the line with `ready on HOST:PORT`; rejects with what the broker said when it ends before. */
function readyAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const deadline = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`the broker was not ready within ${readyDeadlineMs} ms: ${said}`))
    }, readyDeadlineMs)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000)
    })
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000)
      const address = /ready on (\S+:\d+)/.exec(said)?.[1]
      if (address === undefined) return
      clearTimeout(deadline)
      resolve(address)
    })
    child.once('exit', (code, signal) => {
      clearTimeout(deadline)
      reject(new Error(`the broker ended (${code ?? signal}) before it was ready: ${said}`))
    })
  })
}

/** RSS of a process from /proc, bytes. */
export function residentBytes(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kib === undefined ? Number.NaN : Number(kib) * 1024
  } catch {
    return Number.NaN
  }
}
