import { CliCommand } from '../../command.ts'
import { clusterFlags } from '../../flags/global.ts'
import { Args } from '../../flags/oclif.ts'
import { consumeLoad } from '../../perf/consume-load.ts'
import { extentOf, parsePercentiles, perfFlags } from '../../perf/perf-flags.ts'
import { perfListing } from '../../perf/perf-result.ts'
import { describePerfTopic, runPerf } from '../../perf/perf-run.ts'
import type { PropertyScope } from '../../settings/client-properties.ts'

export default class PerfConsume extends CliCommand {
  static override summary = 'Measure how fast the records of a topic are read'
  static override description =
    'Reads from the beginning to where the topic ends now, without a group. Several clients share the partitions. The latency is how long each batch was waited for.'
  static override examples = [
    '<%= config.bin %> perf consume load-test',
    '<%= config.bin %> perf consume load-test --clients 3 --records 1000000',
  ]
  static override scopes: readonly PropertyScope[] = ['client', 'consumer']
  static override args = { topic: Args.string({ description: 'Name of the topic', required: true, ignoreStdin: true }) }
  static override flags = { ...clusterFlags, ...perfFlags }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PerfConsume)
    const { topic } = args
    const percentiles = parsePercentiles(flags.percentiles)
    const extent = extentOf(flags, Number.POSITIVE_INFINITY)
    const listing = perfListing('PerfConsume', percentiles)
    const job = { what: `measure consuming ${topic}`, topic, clients: flags.clients, warmupMs: flags.warmup ?? 0, percentiles, listing }
    await this.session(flags, async (session) => {
      if (session.output.wroteSchema(listing)) return
      const { partitions } = await describePerfTopic(session, topic)
      await runPerf(session, job, ({ watch, clients, signal }) =>
        consumeLoad(session.doors, clients, watch, {
          topic,
          partitions: partitions.map(({ partition }) => partition),
          extent,
          signal,
          options: session.options('consumer'),
        }),
      )
    })
  }
}
