import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { atExit } from './at-exit.ts'
import { cache } from './installed.ts'
import type { Job, JobKind, JobResult } from './job.ts'
import type { Peer } from './peer.ts'
import { type Plan, volumeOf } from './plan.ts'
import type { Server } from './servers/server.ts'

const usualDeadlineSeconds = 60
/** A job ends itself at its deadline and says how far it came; one that cannot is killed so much later. */
const graceMs = 15_000
const usualClients = 10
const keptCharacters = 4000
const jobProgram = fileURLToPath(new URL('../../src/peers/clients/job.mjs', import.meta.url))

/** The job of `peer` on `server` that `plan` describes. */
export function jobOf(peer: Peer, server: Server, { plan, ...rest }: { plan: Plan; kind: JobKind; topic: string } & Partial<Job>): Job {
  const { partitions, valueBytes, seconds, rate } = plan
  return {
    ...volumeOf(peer, plan),
    address: server.address,
    serverPid: server.pid(),
    partitions,
    valueBytes,
    seconds,
    rate,
    warmUpSeconds: plan.warmUpSeconds * (peer.warmUpFactor ?? 1),
    compression: 'none',
    clients: usualClients,
    deadlineSeconds: usualDeadlineSeconds,
    ...rest,
  }
}

/** Runs one job in a process of its own. Rejects with what the process said when it fails. */
export async function runJob(peer: Peer, job: Job): Promise<JobResult> {
  const [program, ...args] = commandOf(peer, job)
  const timeout = job.deadlineSeconds * 1000 + graceMs
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout, killSignal: 'SIGKILL' })
  const isOver = atExit(() => child.kill('SIGKILL'))
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
  isOver()
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
  return ['java', '-Xmx2g', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-cp', classPath, client.java, ...pairs]
}
