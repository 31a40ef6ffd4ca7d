import { arch, platform } from 'node:process'
import { CliCommand } from '../command.ts'
import type { Listing } from '../output/listing.ts'
import { object, type ShapeOf, text } from '../output/shape.ts'

const shape = object({ version: text(), node: text(), platform: text() })
type Version = ShapeOf<typeof shape>

const listing: Listing<Version> = {
  kind: 'Version',
  item: shape,
  columns: [
    { header: 'VERSION', value: (item) => item.version },
    { header: 'NODE', value: (item) => item.node },
    { header: 'PLATFORM', value: (item) => item.platform },
  ],
  name: (item) => item.version,
  draw: (items) => items.map((item) => `kafka-ts ${item.version} node ${item.node} ${item.platform}\n`).join(''),
}

export default class VersionCommand extends CliCommand {
  static override summary = 'Print the version of this command'

  async run(): Promise<void> {
    const { flags } = await this.parse(VersionCommand)
    const output = this.output(flags)
    if (output.wroteSchema(listing)) return
    await output.write(listing, {
      items: [{ version: this.config.version, node: process.versions.node, platform: `${platform}-${arch}` }],
    })
  }
}
