import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cache } from './installed.ts'
import type { Peer } from './peer.ts'

/** What a client's process does; clients/job.mjs says what each kind measures. */
export interface Job {
  readonly kind: 'produce' | 'fill' | 'consume' | 'latency'
  readonly address: string
  readonly topic: string
  readonly partitions: number
  readonly valueBytes: number
  /** At most so many records, in the warm-up and then again. */
  readonly count: number
  /** At most so long. */
  readonly seconds: number
  readonly warmUpSeconds: number
  /** Records without an acknowledgement at any one time. */
  readonly windowRecords: number
  /** Records a second of a paced run. */
  readonly rate: number
}

export interface JobResult {
  readonly version: string
  readonly count: number
  readonly rate?: number
  readonly p50?: number
  readonly p99?: number
}

const deadlineMs = 75_000
const keptCharacters = 4000
const jobProgram = fileURLToPath(new URL('../../src/peers/clients/job.mjs', import.meta.url))

/** Runs one job in a process of its own. Rejects with what the process said when it fails. */
export async function runJob(peer: Peer, job: Job): Promise<JobResult> {
  const [program, ...args] = commandOf(peer, job)
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: deadlineMs, killSignal: 'SIGKILL' })
  const killWithParent = () => child.kill('SIGKILL')
  process.once('exit', killWithParent)
  let out = ''
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out = (out + text).slice(-keptCharacters)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-keptCharacters)
  })
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode, signal) => resolve(exitCode ?? signal))
  })
  process.off('exit', killWithParent)
  const line = out.trimEnd().split('\n').at(-1) ?? ''
  if (code !== 0 || !line.startsWith('{')) throw new Error(`${peer.name} ${job.kind} ended with ${code}: ${said || out}`)
  return JSON.parse(line) as JobResult
}

function commandOf({ client }: Peer, job: Job): [string, ...string[]] {
  if ('module' in client) {
    return [process.execPath, ...process.execArgv, jobProgram, client.module, JSON.stringify({ ...job, cache })]
  }
  const classPath = [join(cache, 'apache-kafka', 'classes'), join(cache, 'apache-kafka', 'lib', '*')].join(':')
  const pairs = Object.entries(job).map(([name, value]) => `${name}=${value}`)
  return ['java', '-Xmx1g', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-cp', classPath, client.java, ...pairs]
}
