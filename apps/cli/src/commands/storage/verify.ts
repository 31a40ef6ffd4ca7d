import { resolve } from 'node:path'
import { CliCommand } from '../../command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { EXIT } from '../../errors/exit-codes.ts'
import { listingFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { plural } from '../../output/humanize.ts'
import { describeFindings, type VerifiedLog, verifiedLog, verifiedLogs } from '../../storage/log-findings.ts'
import { chooseLogs, loadTools, withDirectory } from '../../storage/tools.ts'

export default class StorageVerify extends CliCommand {
  static override summary = 'Read all of a data directory that no broker uses, and report what is wrong'
  static override description =
    'Every batch and every index is checked; nothing is changed. Exit 8 when durable records are damaged or missing.'
  static override examples = [
    '<%= config.bin %> storage verify .kafka-ts',
    '<%= config.bin %> storage verify .kafka-ts --logs orders-0,orders-1',
  ]
  static override args = { directory: Args.string({ description: 'A data directory', required: true, ignoreStdin: true }) }
  static override flags = {
    ...listingFlags,
    logs: Flags.string({ summary: 'Only these logs', helpValue: 'topic-partition,...' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StorageVerify)
    const output = this.output(flags)
    if (output.wroteSchema(verifiedLogs)) return
    const tools = await loadTools()
    const logs: VerifiedLog[] = []
    await withDirectory(tools, resolve(this.doors.cwd, args.directory), async (found) => {
      const isWanted = chooseLogs(found, flags.logs)
      for await (const report of tools.offline.verifyDirectory(tools.disk, found, isWanted)) {
        logs.push(verifiedLog(report))
        output.progress(`${plural(logs.length, 'log')} read, now behind ${report.name}`)
      }
      output.progress('')
    })
    await output.write(verifiedLogs, { items: logs, footer: plural(logs.length, 'log') })
    if (output.isForPeople) for (const log of logs) for (const line of describeFindings(log)) output.say(line)
    const damaged = logs.filter(({ status }) => status === 'damage').map(({ log }) => log)
    if (damaged.length === 0) return
    throw new CliError(`${plural(damaged.length, 'log')} of ${args.directory} lost durable records: ${damaged.join(', ')}.`, {
      code: 'CORRUPT_MESSAGE',
      exit: EXIT.checkFailed,
      isOnStdout: true,
      suggestions: [
        'restore the files from a backup: a start then puts back the rest',
        `see what a repair would give up: kafka-ts storage repair ${args.directory} --dry-run`,
      ],
    })
  }
}
