import { CliCommand } from '../../command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { EXIT } from '../../errors/exit-codes.ts'
import { mutationFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { readConfig, readCurrent, storeContext, writeCurrent } from '../../settings/config-store.ts'
import { applyContextFlags, checkContextName, contextFlags } from '../../settings/context-flags.ts'
import { contextItem, contextListing } from '../../settings/context-list.ts'

export default class ContextAdd extends CliCommand {
  static override summary = 'Add a context'
  static override examples = ['<%= config.bin %> context add prod --brokers b1:9092,b2:9092 --color red --protected']
  static override args = { name: Args.string({ description: 'Name of the context', required: true, ignoreStdin: true }) }
  static override flags = { ...mutationFlags, ...contextFlags, use: Flags.boolean({ summary: 'Use it from now on' }) }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ContextAdd)
    const { name } = args
    const output = this.output(flags)
    if (output.wroteSchema(contextListing)) return
    checkContextName(name)
    const paths = this.paths(flags)
    const { contexts } = await readConfig(paths)
    if (contexts.has(name))
      throw new CliError(`There is a context ${name} already.`, {
        code: 'CONTEXT_EXISTS',
        exit: EXIT.conflict,
        suggestions: [`kafka-ts context set ${name}`],
      })
    const context = applyContextFlags(undefined, flags)
    if (!flags['dry-run']) {
      await storeContext(paths, name, context)
      if (flags.use) await writeCurrent(paths, name)
    }
    if (flags['dry-run']) output.say('Dry run: nothing was changed.')
    await output.write(contextListing, { items: [contextItem(name, context, flags.use || (await readCurrent(paths)) === name)] })
  }
}
