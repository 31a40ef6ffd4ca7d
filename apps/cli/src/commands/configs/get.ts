import { closest } from '../../closest.ts'
import { CliCommand } from '../../command.ts'
import { configItem, configListing, drawResource, resourceFlags, resourceOf } from '../../configs/config-list.ts'
import { notFoundError } from '../../errors/cli-error.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import { Flags } from '../../flags/oclif.ts'
import { plural } from '../../output/humanize.ts'

export default class ConfigsGet extends CliCommand {
  static override summary = 'Show the configs of a topic, a broker or a group'
  static override examples = [
    '<%= config.bin %> configs get --topic orders',
    '<%= config.bin %> configs get --topic orders --key retention.ms -o json',
  ]
  static override flags = {
    ...clusterFlags,
    ...listingFlags,
    ...watchFlags,
    ...resourceFlags,
    all: Flags.boolean({ summary: 'Configs with their default value too' }),
    key: Flags.string({ summary: 'Only this config (repeatable)', helpValue: 'NAME', multiple: true, multipleNonGreedy: true }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(ConfigsGet)
    const resource = resourceOf(flags)
    const what = `read the configs of ${drawResource(resource)}`
    await this.watching(flags, async (session) => {
      if (session.output.wroteSchema(configListing)) return
      const [outcome] = await session.admin(what, (admin, options) => admin.describeConfigs([resource], options))
      if (outcome?.error !== undefined) throw session.explain(outcome.error, what)
      const entries = outcome?.configs ?? []
      const names = entries.map((entry) => entry.name)
      for (const key of flags.key ?? []) {
        if (names.includes(key)) continue
        const near = closest(key, names)
        throw notFoundError(
          `There is no config ${key} of a ${resource.type}.`,
          near === undefined ? 'kafka-ts configs get --all' : `did you mean ${near}?`,
        )
      }
      const shown = entries.filter((entry) => (flags.key === undefined ? flags.all || !entry.isDefault : flags.key.includes(entry.name)))
      const hidden = flags.key === undefined ? entries.length - shown.length : 0
      const footer = `${plural(shown.length, 'config')}${hidden > 0 ? ` (${hidden} at their default, --all to show)` : ''}`
      await session.output.write(configListing, { items: shown.map(configItem), footer })
    })
  }
}
