import { CliCommand } from '../../command.ts'
import { mutationFlags } from '../../flags/global.ts'
import { Args } from '../../flags/oclif.ts'
import { readConfig, writeCurrent } from '../../settings/config-store.ts'
import { contextItem, contextListing } from '../../settings/context-list.ts'
import { contextOf } from '../../settings/settings.ts'

export default class ContextUse extends CliCommand {
  static override summary = 'Choose the context that commands use from now on'
  static override args = { context: Args.string({ description: 'Name of the context', required: true, ignoreStdin: true }) }
  static override flags = { ...mutationFlags }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ContextUse)
    const output = this.output(flags)
    if (output.wroteSchema(contextListing)) return
    const paths = this.paths(flags)
    const context = contextOf(await readConfig(paths), args.context)
    if (!flags['dry-run']) await writeCurrent(paths, args.context)
    if (flags['dry-run']) output.say('Dry run: nothing was changed.')
    await output.write(contextListing, { items: [contextItem(args.context, context, true)] })
  }
}
