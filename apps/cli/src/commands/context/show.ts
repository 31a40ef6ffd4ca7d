import { CliCommand } from '../../command.ts'
import { notFoundError, usageError } from '../../errors/cli-error.ts'
import { clusterFlags, listingFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { humanDuration } from '../../output/humanize.ts'
import type { Listing } from '../../output/listing.ts'
import { nullable, object, type ShapeOf, text } from '../../output/shape.ts'
import { readConfig, readCurrent } from '../../settings/config-store.ts'
import { contextItem, contextListing } from '../../settings/context-list.ts'
import { contextOf, resolveSettings, type Settings } from '../../settings/settings.ts'

const shape = object({ name: text(), value: nullable(text()), source: text('flag, variable, file, context or default') })
type SettingItem = ShapeOf<typeof shape>

const effectiveListing: Listing<SettingItem> = {
  kind: 'EffectiveSettings',
  item: shape,
  name: (item) => item.name,
  columns: [
    { header: 'NAME', value: (item) => item.name },
    { header: 'VALUE', value: (item) => item.value },
    { header: 'SOURCE', value: (item) => item.source },
  ],
}

export default class ContextShow extends CliCommand {
  static override summary = 'Show a context, or with --effective what commands really use and why'
  static override examples = ['<%= config.bin %> context show', '<%= config.bin %> context show --effective --brokers b1:9092']
  static override args = { context: Args.string({ description: 'Name of the context; the current one without it', ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...listingFlags,
    effective: Flags.boolean({ summary: 'Every setting with its value and its source' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ContextShow)
    const output = this.output(flags)
    if (flags.effective ? output.wroteSchema(effectiveListing) : output.wroteSchema(contextListing)) return
    const paths = this.paths(flags)
    if (flags.effective) {
      if (args.context !== undefined)
        throw usageError('--effective shows what is in use, not a context by name.', `--context ${args.context} --effective`)
      const settings = await resolveSettings(flags, this.doors, paths)
      await output.write(effectiveListing, { items: settingItems(settings) })
      return
    }
    const current = await readCurrent(paths)
    const name = args.context ?? flags.context ?? current
    if (name === undefined) throw notFoundError('No context is in use.', 'kafka-ts context list', 'kafka-ts context show --effective')
    const context = contextOf(await readConfig(paths), name)
    await output.write(contextListing, { items: [contextItem(name, context, name === current)] })
  }
}

function settingItems(settings: Settings): SettingItem[] {
  return [
    { name: 'context', value: settings.context.value ?? null, source: settings.context.source },
    { name: 'brokers', value: settings.brokers.value.join(','), source: settings.brokers.source },
    { name: 'timeout', value: humanDuration(settings.timeoutMs.value), source: settings.timeoutMs.source },
    { name: 'protected', value: String(settings.isProtected.value), source: settings.isProtected.source },
    ...[...settings.properties].map(([name, { value, source }]) => ({ name, value, source })),
  ]
}
