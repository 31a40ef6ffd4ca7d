import { CliCommand } from '../../command.ts'
import { applyConfigChanges, configChangeListing } from '../../configs/apply-changes.ts'
import { configChangeFlags, configChanges } from '../../configs/config-changes.ts'
import { resourceFlags, resourceOf } from '../../configs/config-list.ts'
import { usageError } from '../../errors/cli-error.ts'
import { clusterFlags, mutationFlags } from '../../flags/global.ts'
import { Args } from '../../flags/oclif.ts'

export default class ConfigsSet extends CliCommand {
  static override summary = 'Change configs; those that are not named stay'
  static override examples = [
    '<%= config.bin %> configs set --topic orders retention.ms=86400000',
    '<%= config.bin %> configs set --topic orders --unset retention.ms',
  ]
  static override args = { config: Args.string({ description: 'key=value', multiple: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...mutationFlags,
    ...configChangeFlags,
    ...resourceFlags,
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ConfigsSet)
    const resource = resourceOf(flags)
    const changes = configChanges({ ...flags, set: [args.config ?? []].flat() }, 'configs set')
    const isDryRun = flags['dry-run']
    await this.session(flags, async (session) => {
      if (session.output.wroteSchema(configChangeListing)) return
      if (changes.length === 0) throw usageError('Nothing to change.', 'add key=value, --unset, --append or --subtract')
      await applyConfigChanges(session, { resource, changes, isDryRun })
    })
  }
}
