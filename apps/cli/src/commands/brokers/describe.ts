import type { ConfigEntry } from '@kafka-ts/client'
import { brokerDetails, brokerDetailsListing } from '../../brokers/broker-details.ts'
import { chooseBrokers } from '../../brokers/choose-brokers.ts'
import { CliCommand } from '../../command.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import { parseWhole } from '../../flags/key-value.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import type { Session } from '../../session.ts'
import { readTopics } from '../../topics/read-topics.ts'

export default class BrokersDescribe extends CliCommand {
  static override summary = 'Show a broker: what it leads and holds, its log directories and its configs'
  static override examples = ['<%= config.bin %> brokers describe 1', '<%= config.bin %> brokers describe 1 --all-configs']
  static override args = { id: Args.string({ description: 'Id of the broker', required: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...listingFlags,
    ...watchFlags,
    configs: Flags.boolean({ summary: 'Its configs', default: true, allowNo: true }),
    'all-configs': Flags.boolean({ summary: 'Configs with their default value too' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BrokersDescribe)
    const id = parseWhole(args.id, 'broker')
    await this.watching(flags, async (session) => {
      if (session.output.wroteSchema(brokerDetailsListing)) return
      const cluster = await session.admin(`describe broker ${id}`, (admin, options) => admin.describeCluster(options))
      const broker = chooseBrokers(cluster.brokers, id)[0]!
      const [topics, logDirs, configs] = await Promise.all([
        readTopics(session, () => true),
        session.admin('read the log directories', (admin, options) => admin.describeLogDirs({ ...options, brokers: [id] })),
        flags.configs || flags['all-configs'] ? readConfigs(session, id, flags['all-configs']) : undefined,
      ])
      const { controllerId } = cluster
      const item = brokerDetails({ broker, controllerId, topics, logDirs, configs, nowMs: session.doors.now() })
      await session.output.write(brokerDetailsListing, { items: [item] })
    })
  }
}

async function readConfigs(session: Session, id: number, isAll: boolean): Promise<readonly ConfigEntry[]> {
  const what = `read the configs of broker ${id}`
  const resource = { type: 'broker' as const, name: String(id) }
  const [outcome] = await session.admin(what, (admin, options) => admin.describeConfigs([resource], options))
  if (outcome?.error !== undefined) throw session.explain(outcome.error, what)
  return (outcome?.configs ?? []).filter((entry) => isAll || !entry.isDefault)
}
