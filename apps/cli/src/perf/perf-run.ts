import type { TopicDescription } from '@kafka-ts/client'
import type { KafkaClient } from '../doors.ts'
import { CliError } from '../errors/cli-error.ts'
import { EXIT } from '../errors/exit-codes.ts'
import { type Interrupt, interruptExitCode } from '../interrupts.ts'
import { humanBytes, humanCount, plural } from '../output/humanize.ts'
import type { Listing } from '../output/listing.ts'
import type { Session } from '../session.ts'
import { Latencies } from './latencies.ts'
import { type PerfResult, perfResult } from './perf-result.ts'
import { Stopwatch } from './stopwatch.ts'

/** What all benchmarks know of themselves. */
export interface PerfJob {
  /** Fits after "Cannot": `measure producing to orders`. */
  readonly what: string
  readonly topic: string
  readonly clients: number
  readonly warmupMs: number
  readonly percentiles: readonly number[]
  readonly listing: Listing<PerfResult>
}

/** What a benchmark does its work with. */
export interface PerfTools {
  readonly watch: Stopwatch
  readonly clients: readonly KafkaClient[]
  readonly signal: AbortSignal
}

/** Runs a benchmark with its clients, and writes what it measured, also when ctrl-C ended it early. */
export async function runPerf(session: Session, job: PerfJob, work: (tools: PerfTools) => Promise<void>): Promise<void> {
  const { doors, output } = session
  const interruption = new AbortController()
  const stop = doors.interrupts.handle((interrupt) => interruption.abort(interrupt))
  const clients = await Promise.all(Array.from({ length: job.clients }, () => session.newClient()))
  const watch = new Stopwatch(doors, output, job.warmupMs)
  try {
    await work({ watch, clients, signal: interruption.signal })
  } catch (error) {
    throw session.explain(error, job.what)
  } finally {
    watch.end()
    stop()
    await Promise.all(clients.map((client) => client.close()))
  }
  const { records, failed, bytes, durationMs, latencies } = watch
  const { topic, percentiles } = job
  await output.write(job.listing, {
    items: [perfResult({ topic, clients: job.clients, records, failed, bytes, durationMs, latencies, percentiles })],
  })
  if (failed > 0)
    throw new CliError(`${plural(failed, 'record')} of ${humanCount(failed + records)} failed.`, {
      code: 'PARTIAL_FAILURE',
      exit: EXIT.partial,
      isOnStdout: true,
    })
  if (interruption.signal.aborted) process.exitCode = interruptExitCode(interruption.signal.reason as Interrupt)
}

/** The topic of a benchmark; one that is missing is an error, for its partitions matter. */
export function describePerfTopic(session: Session, topic: string): Promise<TopicDescription> {
  return session.admin(`describe topic ${topic}`, (admin, options) => admin.describeTopic(topic, options))
}

/** What a benchmark that writes would write. */
export async function writeDryRun(
  session: Session,
  job: PerfJob,
  load: { readonly records: number; readonly size: number },
): Promise<void> {
  const isCounted = Number.isFinite(load.records)
  const amount = isCounted ? plural(load.records, 'record') : 'records'
  session.output.say(`${amount} of ${humanBytes(load.size)} would be written to ${job.topic} by ${plural(job.clients, 'client')}`)
  const records = isCounted ? load.records : 0
  const planned = { topic: job.topic, clients: job.clients, records, failed: 0, bytes: records * load.size, durationMs: 0 }
  const item = perfResult({ ...planned, latencies: new Latencies(), percentiles: job.percentiles }, true)
  if (!session.output.isForPeople) await session.output.write(job.listing, { items: [item] })
}
