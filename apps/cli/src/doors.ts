import type { Readable, Writable } from 'node:stream'
import type { Kafka, KafkaOptions } from '@kafka-ts/client'
import type { NetworkProbe } from './doctor/network-probe.ts'
import { type Interrupts, ProcessInterrupts } from './interrupts.ts'

/** The part of the SDK's client that commands use. */
export type KafkaClient = Pick<Kafka, 'admin' | 'producer' | 'consumer' | 'close'>

/** A stream that may be a terminal. */
export type MaybeTerminal<S> = S & { readonly isTTY?: boolean; readonly columns?: number }

/** Everything a command touches outside of itself; tests put their own in. */
export interface CliDoors {
  readonly stdin: MaybeTerminal<Readable>
  readonly stdout: MaybeTerminal<Writable>
  readonly stderr: MaybeTerminal<Writable>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly interrupts: Interrupts
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds since whenever, with fractions, never backwards: for measuring. */
  monotonicMs(): number
  /** Resolves after `ms`, or when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  connect(options: KafkaOptions): Promise<KafkaClient>
  /** The network below the client. */
  probe(): Promise<NetworkProbe>
  /** Lets the user edit a text, and answers what was saved. */
  edit(text: string): Promise<string>
}

/** The doors of this process. The client is loaded when it is first needed: half of the commands never do. */
export function processDoors(): CliDoors {
  const { stdin, stdout, stderr, env } = process
  return {
    stdin,
    stdout,
    stderr,
    env,
    cwd: process.cwd(),
    interrupts: new ProcessInterrupts(),
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep,
    connect: async (options) => {
      // msgpackr's native part speeds up large messages; for a command's few it only costs the time to load it.
      process.env['MSGPACKR_NATIVE_ACCELERATION_DISABLED'] ??= 'true'
      const { Kafka } = await import('@kafka-ts/client')
      return new Kafka(options)
    },
    probe: async () => (await import('./doctor/network-probe.ts')).nodeProbe(),
    edit: async (text) => {
      const { editText } = await import('./editor.ts')
      return editText(text, env)
    },
  }
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve()
      return
    }
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
}
