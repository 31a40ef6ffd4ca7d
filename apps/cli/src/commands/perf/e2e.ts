import { CliCommand } from '../../command.ts'
import { usageError } from '../../errors/cli-error.ts'
import { clusterFlags, mutationFlags } from '../../flags/global.ts'
import { Args } from '../../flags/oclif.ts'
import { endToEndLoad, MIN_E2E_BYTES } from '../../perf/e2e-load.ts'
import { extentOf, loadFlags, parsePercentiles, perfFlags } from '../../perf/perf-flags.ts'
import { perfListing } from '../../perf/perf-result.ts'
import { describePerfTopic, runPerf, writeDryRun } from '../../perf/perf-run.ts'
import { producerFlags, producerOptionsOf } from '../../produce/producer-flags.ts'
import type { Session } from '../../session.ts'
import type { PropertyScope } from '../../settings/client-properties.ts'

const DEFAULT_RECORDS = 1_000
const DEFAULT_RATE = 100

export default class PerfEndToEnd extends CliCommand {
  static override summary = 'Measure how long a record takes from its producer to a consumer'
  static override description =
    'Writes records at a rate and reads them in the same process; the latency of a record is from when it was due until it is read. --clients says how many write. ' +
    'A record that is not read within --timeout counts as failed.'
  static override examples = [
    '<%= config.bin %> perf e2e load-test',
    '<%= config.bin %> perf e2e load-test --rate 1000 --duration 30s --warmup 2s --linger 0ms',
  ]
  static override scopes: readonly PropertyScope[] = ['client', 'producer', 'consumer']
  static override args = { topic: Args.string({ description: 'Name of the topic', required: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...mutationFlags,
    ...perfFlags,
    ...loadFlags,
    ...producerFlags(),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PerfEndToEnd)
    const { topic } = args
    const { clients, size, rate = DEFAULT_RATE } = flags
    if (size < MIN_E2E_BYTES) throw usageError(`--size: ${size} is too small: ${MIN_E2E_BYTES} bytes at least tell a record from others.`)
    const percentiles = parsePercentiles(flags.percentiles)
    const extent = extentOf(flags, DEFAULT_RECORDS)
    const listing = perfListing('PerfEndToEnd', percentiles)
    const job = { what: `measure ${topic} end to end`, topic, clients, warmupMs: flags.warmup ?? 0, percentiles, listing }
    await this.session(flags, async (session) => {
      if (session.output.wroteSchema(listing)) return
      const assignments = await endsOf(session, topic)
      if (flags['dry-run']) return writeDryRun(session, job, { records: extent.records, size })
      const producerOptions = { ...session.options('producer'), ...producerOptionsOf(flags) }
      await runPerf(session, job, async ({ watch, clients: own, signal }) => {
        const producers = own.map((client) => client.producer(producerOptions))
        const consumer = own[0]!.consumer({ ...session.options('consumer'), assignments })
        const load = { topic, size, rate, extent, graceMs: session.timeoutMs, signal }
        await endToEndLoad(session.doors, { producers, consumer }, watch, load)
      })
    })
  }
}

/** Where each partition ends now: what is read must begin exactly there, before anything is written. */
async function endsOf(session: Session, topic: string) {
  const { partitions } = await describePerfTopic(session, topic)
  const queries = partitions.map(({ partition }) => ({ topic, partition, at: 'latest' as const }))
  const outcomes = await session.admin(`read the offsets of topic ${topic}`, (admin, options) => admin.listOffsets(queries, options))
  return outcomes.map((outcome) => {
    if (outcome.error !== undefined) throw session.explain(outcome.error, `read the offset of ${topic}/${outcome.partition}`)
    return { topic, partition: outcome.partition, from: { offset: outcome.offset } }
  })
}
