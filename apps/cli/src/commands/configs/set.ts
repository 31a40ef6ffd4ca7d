import { CliCommand } from '../../command.ts'
import { configChangeFlags, configChanges, drawChange } from '../../configs/config-changes.ts'
import { usageError } from '../../errors/cli-error.ts'
import { clusterFlags, mutationFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import type { Listing } from '../../output/listing.ts'
import { flag, object, type ShapeOf, text } from '../../output/shape.ts'

const shape = object({
  resource: text('topic'),
  name: text(),
  change: text(),
  isDryRun: flag('nothing was changed, only checked'),
})
type Change = ShapeOf<typeof shape>

const listing: Listing<Change> = {
  kind: 'ConfigChangeList',
  item: shape,
  name: (item) => item.change,
  columns: [
    { header: 'RESOURCE', value: (item) => item.resource },
    { header: 'NAME', value: (item) => item.name, isName: true },
    { header: 'CHANGE', value: (item) => (item.isDryRun ? `would be ${item.change}` : item.change) },
  ],
}

export default class ConfigsSet extends CliCommand {
  static override summary = 'Change configs of a topic; those that are not named stay'
  static override examples = [
    '<%= config.bin %> configs set --topic orders retention.ms=86400000',
    '<%= config.bin %> configs set --topic orders --unset retention.ms',
  ]
  static override args = { config: Args.string({ description: 'key=value', multiple: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...mutationFlags,
    ...configChangeFlags,
    topic: Flags.string({ summary: 'Of this topic', helpValue: 'NAME', required: true }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ConfigsSet)
    const resource = { type: 'topic' as const, name: flags.topic }
    const changes = configChanges({ ...flags, set: [args.config ?? []].flat() }, 'configs set')
    const isDryRun = flags['dry-run']
    const what = `change the configs of topic ${flags.topic}`
    await this.session(flags, async (session) => {
      if (session.output.wroteSchema(listing)) return
      if (changes.length === 0) throw usageError('Nothing to change.', 'add key=value, --unset, --append or --subtract')
      const [outcome] = await session.admin(what, (admin, options) =>
        admin.alterConfigs([{ resource, changes }], { ...options, validateOnly: isDryRun }),
      )
      if (outcome?.error !== undefined) throw session.explain(outcome.error, what)
      const items = changes.map(
        (change): Change => ({ resource: resource.type, name: resource.name, change: drawChange(change), isDryRun }),
      )
      await session.output.write(listing, { items })
    })
  }
}
