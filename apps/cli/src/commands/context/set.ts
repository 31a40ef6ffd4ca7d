import { CliCommand } from '../../command.ts'
import { mutationFlags } from '../../flags/global.ts'
import { Args } from '../../flags/oclif.ts'
import { readConfig, readCurrent, storeContext } from '../../settings/config-store.ts'
import { applyContextFlags, contextFlags } from '../../settings/context-flags.ts'
import { contextItem, contextListing } from '../../settings/context-list.ts'
import { contextOf } from '../../settings/settings.ts'

export default class ContextSet extends CliCommand {
  static override summary = 'Change a context; what is not named stays'
  static override examples = ['<%= config.bin %> context set prod --brokers b1:9092,b3:9092']
  static override args = { context: Args.string({ description: 'Name of the context', required: true, ignoreStdin: true }) }
  static override flags = { ...mutationFlags, ...contextFlags }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ContextSet)
    const { context: name } = args
    const output = this.output(flags)
    if (output.wroteSchema(contextListing)) return
    const paths = this.paths(flags)
    const context = applyContextFlags(contextOf(await readConfig(paths), name), flags)
    if (!flags['dry-run']) await storeContext(paths, name, context)
    if (flags['dry-run']) output.say('Dry run: nothing was changed.')
    await output.write(contextListing, { items: [contextItem(name, context, (await readCurrent(paths)) === name)] })
  }
}
