import { CliCommand } from '../../command.ts'
import { clusterFlags, mutationFlags } from '../../flags/global.ts'
import { Args } from '../../flags/oclif.ts'
import { extentOf, loadFlags, parsePercentiles, perfFlags } from '../../perf/perf-flags.ts'
import { perfListing } from '../../perf/perf-result.ts'
import { describePerfTopic, runPerf, writeDryRun } from '../../perf/perf-run.ts'
import { produceLoad } from '../../perf/produce-load.ts'
import { producerFlags, producerOptionsOf } from '../../produce/producer-flags.ts'
import type { PropertyScope } from '../../settings/client-properties.ts'

const DEFAULT_RECORDS = 100_000

export default class PerfProduce extends CliCommand {
  static override summary = 'Measure how fast records are written to a topic, and how long each takes'
  static override description =
    'Writes random values to the topic. The latency of a record is from its send, or with --rate from when it was due, to its acknowledgement.'
  static override examples = [
    '<%= config.bin %> perf produce load-test --records 1000000 --size 100',
    '<%= config.bin %> perf produce load-test --rate 5000 --duration 30s --warmup 5s --percentiles 50,99,99.99',
  ]
  static override scopes: readonly PropertyScope[] = ['client', 'producer']
  static override args = { topic: Args.string({ description: 'Name of the topic', required: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...mutationFlags,
    ...perfFlags,
    ...loadFlags,
    ...producerFlags(),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PerfProduce)
    const { topic } = args
    const percentiles = parsePercentiles(flags.percentiles)
    const extent = extentOf(flags, DEFAULT_RECORDS)
    const listing = perfListing('PerfProduce', percentiles)
    const { clients, size, rate } = flags
    const job = { what: `measure producing to ${topic}`, topic, clients, warmupMs: flags.warmup ?? 0, percentiles, listing }
    await this.session(flags, async (session) => {
      if (session.output.wroteSchema(listing)) return
      await describePerfTopic(session, topic)
      if (flags['dry-run']) return writeDryRun(session, job, { records: extent.records, size })
      const options = { ...session.options('producer'), ...producerOptionsOf(flags) }
      await runPerf(session, job, async ({ watch, clients: own, signal }) => {
        const share = { records: Math.ceil(extent.records / own.length), durationMs: extent.durationMs }
        const load = { topic, size, extent: share, rate: rate === undefined ? undefined : rate / own.length, signal }
        await Promise.all(own.map((client) => produceLoad(session.doors, client.producer(options), watch, load)))
      })
    })
  }
}
