import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { KafkaOptions } from '@kafka-ts/client'
import { Config } from '@oclif/core/config'
import type { CliCommand } from '../command.ts'
import type { NetworkProbe } from '../doctor/network-probe.ts'
import type { CliDoors, KafkaClient } from '../doors.ts'
import { reportOf } from '../errors/report.ts'
import type { Interrupt } from '../interrupts.ts'
import { fakeClient } from './fake-client.ts'
import { FakeCluster } from './fake-cluster.ts'
import { VirtualTime } from './virtual-time.ts'

const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** The time of every test. */
export const NOW_MS = Date.UTC(2026, 10, 22, 16)

const noProbe: NetworkProbe = {
  lookup: async () => ['127.0.0.1'],
  connect: async () => {
    throw new Error('connect ECONNREFUSED')
  },
}

/** A class of a command, as its file exports it. */
// biome-ignore lint/suspicious/noExplicitAny: commands are made by oclif with an argv and a config
type CommandClass = new (...parameters: any[]) => CliCommand

/** The surroundings of a command in a test. */
export interface RunOptions {
  readonly cluster?: FakeCluster
  /** What the command connects with, when it is not a plain client of the cluster. */
  readonly client?: KafkaClient
  readonly stdin?: string | Uint8Array
  /** A user at a terminal, who answers with `stdin`. */
  readonly isTerminal?: boolean
  readonly env?: Readonly<Record<string, string>>
  readonly home?: string
  readonly cwd?: string
  /** Time goes on by itself while the command sleeps; without it a sleep never ends. Called before each sleep, so that a test can change the cluster meanwhile. */
  readonly onSleep?: (ms: number) => void
  /** What the network below the client is like. */
  readonly probe?: NetworkProbe
  /** What an editor makes of a text. */
  readonly onEdit?: (text: string) => string
  /** Called with how to send a signal, before the command runs. */
  readonly onStart?: (interrupt: (name: Interrupt) => void) => void
}

/** What a command did. */
export interface RunResult {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number
  readonly error: unknown
  /** The options of the client it made, if it made one. */
  readonly connected: KafkaOptions | undefined
}

/** A directory of its own for the configuration of a test. */
export function temporaryHome(): string {
  return mkdtempSync(join(tmpdir(), 'kafka-ts-cli-'))
}

class Sink extends Writable {
  readonly chunks: Buffer[] = []
  isTTY = false
  columns = 80

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(Buffer.from(chunk))
    done()
  }

  text(): string {
    return Buffer.concat(this.chunks).toString()
  }
}

/** Runs a command in this process against a fake cluster, with doors of its own. */
export async function runCommand(Command: CommandClass, argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const home = options.home ?? temporaryHome()
  const config = await Config.load({ root: PACKAGE_ROOT, ignoreManifest: true })
  Object.defineProperty(config, 'configDir', { value: home })
  Object.defineProperty(config, 'cacheDir', { value: home })
  const cluster = options.cluster ?? new FakeCluster()
  const [stdout, stderr] = [new Sink(), new Sink()]
  const stdin = Object.assign(Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]), {
    isTTY: options.isTerminal ?? false,
  })
  stdout.isTTY = stderr.isTTY = options.isTerminal ?? false
  const time = new VirtualTime(NOW_MS)
  let handler: ((name: Interrupt) => void) | undefined
  let connected: KafkaOptions | undefined
  const doors: CliDoors = {
    stdin,
    stdout,
    stderr,
    env: options.env ?? {},
    cwd: options.cwd ?? home,
    interrupts: {
      handle: (next) => {
        handler = next
        options.onStart?.((name) => handler?.(name))
        return () => undefined
      },
      release: () => undefined,
    },
    now: () => time.nowMs,
    monotonicMs: () => time.nowMs,
    sleep: (ms, signal) => {
      // A sleep with a signal is a deadline of a call; those the fake always keeps.
      if (signal !== undefined || options.onSleep === undefined)
        return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()))
      options.onSleep(ms)
      return time.sleep(ms)
    },
    connect: async (clientOptions) => {
      connected = clientOptions
      return options.client ?? fakeClient(cluster)
    },
    probe: async () => options.probe ?? noProbe,
    edit: async (text) => options.onEdit?.(text) ?? text,
  }
  const exitCodeBefore = process.exitCode
  process.exitCode = undefined
  const command = new Command([...argv], config)
  command.doors = doors
  let error: unknown
  try {
    await (command as unknown as { _run(): Promise<unknown> })._run()
  } catch (thrown) {
    error = thrown
  }
  const exit = error === undefined ? Number(process.exitCode ?? 0) : reportOf(error).exit
  process.exitCode = exitCodeBefore
  return { stdout: stdout.text(), stderr: stderr.text(), exit, error, connected }
}
