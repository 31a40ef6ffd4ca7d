import { CliCommand } from '../../command.ts'
import { mutationFlags } from '../../flags/global.ts'
import { Args } from '../../flags/oclif.ts'
import { readConfig, readCurrent, storeContext, writeCurrent } from '../../settings/config-store.ts'
import { contextItem, contextListing } from '../../settings/context-list.ts'
import { contextOf } from '../../settings/settings.ts'

export default class ContextRemove extends CliCommand {
  static override summary = 'Remove a context; the cluster itself is not touched'
  static override args = { context: Args.string({ description: 'Name of the context', required: true, ignoreStdin: true }) }
  static override flags = { ...mutationFlags }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ContextRemove)
    const { context: name } = args
    const output = this.output(flags)
    if (output.wroteSchema(contextListing)) return
    const paths = this.paths(flags)
    const context = contextOf(await readConfig(paths), name)
    const isCurrent = (await readCurrent(paths)) === name
    if (!flags['dry-run']) {
      await storeContext(paths, name, undefined)
      if (isCurrent) await writeCurrent(paths, undefined)
    }
    if (flags['dry-run']) output.say('Dry run: nothing was changed.')
    await output.write(contextListing, {
      items: [contextItem(name, context, isCurrent && flags['dry-run'])],
      footer: flags['dry-run'] ? 'would be removed' : 'removed',
    })
  }
}
