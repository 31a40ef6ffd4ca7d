import { CliCommand } from '../../command.ts'
import { notFoundError } from '../../errors/cli-error.ts'
import { clusterFlags } from '../../flags/global.ts'
import type { Listing } from '../../output/listing.ts'
import { object, type ShapeOf, text } from '../../output/shape.ts'
import { resolveSettings } from '../../settings/settings.ts'

const shape = object({ name: text(), source: text('what chose it') })

const listing: Listing<ShapeOf<typeof shape>> = {
  kind: 'CurrentContext',
  item: shape,
  name: (item) => item.name,
  columns: [
    { header: 'NAME', value: (item) => item.name },
    { header: 'SOURCE', value: (item) => item.source },
  ],
  draw: (items) => items.map((item) => `${item.name}\n`).join(''),
}

export default class ContextCurrent extends CliCommand {
  static override summary = 'Print the name of the context that is in use'
  static override flags = { context: clusterFlags.context }

  async run(): Promise<void> {
    const { flags } = await this.parse(ContextCurrent)
    const output = this.output(flags)
    if (output.wroteSchema(listing)) return
    const { context } = await resolveSettings(flags, this.doors, this.paths(flags))
    if (context.value === undefined) throw notFoundError('No context is in use.', 'kafka-ts context use NAME', 'kafka-ts context list')
    await output.write(listing, { items: [{ name: context.value, source: context.source }] })
  }
}
