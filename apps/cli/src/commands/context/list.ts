import { CliCommand } from '../../command.ts'
import { listingFlags } from '../../flags/global.ts'
import { plural } from '../../output/humanize.ts'
import { readConfig, readCurrent } from '../../settings/config-store.ts'
import { contextItem, contextListing } from '../../settings/context-list.ts'

export default class ContextList extends CliCommand {
  static override summary = 'List contexts'
  static override flags = { ...listingFlags }

  async run(): Promise<void> {
    const { flags } = await this.parse(ContextList)
    const output = this.output(flags)
    if (output.wroteSchema(contextListing)) return
    const paths = this.paths(flags)
    const [{ contexts }, current] = await Promise.all([readConfig(paths), readCurrent(paths)])
    const items = [...contexts].map(([name, context]) => contextItem(name, context, name === current))
    await output.write(contextListing, { items, footer: `${plural(items.length, 'context')} in ${paths.configFile}` })
  }
}
