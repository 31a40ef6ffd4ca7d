import { CliCommand } from '../../command.ts'
import { applyConfigChanges, configChangeListing } from '../../configs/apply-changes.ts'
import { readConfigDocument, writeConfigDocument } from '../../configs/config-document.ts'
import { drawResource, resourceFlags, resourceOf } from '../../configs/config-list.ts'
import { usageError } from '../../errors/cli-error.ts'
import { clusterFlags, mutationFlags } from '../../flags/global.ts'

export default class ConfigsEdit extends CliCommand {
  static override summary = 'Change configs in your editor'
  static override description =
    'Opens $VISUAL, $EDITOR or vi on the configs that are set, and makes the changes that were saved, together or not at all.'
  static override examples = ['<%= config.bin %> configs edit --topic orders']
  static override flags = { ...clusterFlags, ...mutationFlags, ...resourceFlags }

  async run(): Promise<void> {
    const { flags } = await this.parse(ConfigsEdit)
    const resource = resourceOf(flags)
    await this.session(flags, async (session) => {
      const { output, doors } = session
      if (output.wroteSchema(configChangeListing)) return
      if (!doors.stdin.isTTY || !doors.stderr.isTTY)
        throw usageError('configs edit needs a terminal to open an editor in.', 'kafka-ts configs set NAME=VALUE')
      const what = `read the configs of ${drawResource(resource)}`
      const [outcome] = await session.admin(what, (admin, options) => admin.describeConfigs([resource], options))
      if (outcome?.error !== undefined) throw session.explain(outcome.error, what)
      const entries = outcome?.configs ?? []
      const edited = await doors.edit(writeConfigDocument(drawResource(resource), entries))
      const changes = readConfigDocument(edited, entries)
      if (changes.length === 0) {
        output.say('Nothing was changed.')
        return
      }
      await applyConfigChanges(session, { resource, changes, isDryRun: flags['dry-run'] })
    })
  }
}
