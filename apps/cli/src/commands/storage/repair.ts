import { resolve } from 'node:path'
import type { RepairPlan } from '@kafka-ts/storage/offline'
import { CliCommand } from '../../command.ts'
import { confirmDestruction } from '../../confirm.ts'
import { CliError } from '../../errors/cli-error.ts'
import { EXIT } from '../../errors/exit-codes.ts'
import { confirmationFlags, listingFlags, mutationFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { humanCount, plural } from '../../output/humanize.ts'
import type { Listing } from '../../output/listing.ts'
import { flag, int64, object, type ShapeOf, text } from '../../output/shape.ts'
import { chooseLogs, loadTools, withDirectory } from '../../storage/tools.ts'

const shape = object({
  log: text('topic-partition'),
  file: text(),
  position: int64('in the file, bytes'),
  end: int64('behind the last byte concerned'),
  fromOffset: int64('of the records that are given up'),
  toOffset: int64('behind the last of them'),
  records: int64('at the most'),
  problem: text(),
  isRepairable: flag(),
  isDryRun: flag(),
})
type Loss = ShapeOf<typeof shape>

const listing: Listing<Loss> = {
  kind: 'RepairList',
  item: shape,
  name: ({ log }) => log,
  columns: [
    { header: 'LOG', value: ({ log }) => log, isName: true },
    { header: 'FROM', value: ({ fromOffset }) => fromOffset, number: 'count' },
    { header: 'TO', value: ({ toOffset }) => toOffset, number: 'count' },
    { header: 'RECORDS', value: ({ records }) => records, number: 'count' },
    { header: 'REPAIR', value: ({ isRepairable }) => (isRepairable ? 'yes' : 'no') },
    { header: 'PROBLEM', value: ({ problem }) => problem },
  ],
}

export default class StorageRepair extends CliCommand {
  static override summary = 'Give up damaged records so that a log can be used again'
  static override description =
    'Batches without records take the place of what is damaged: every other record keeps its offset. What is given up is shown first. The records are gone for good: restoring the files from a backup is better.'
  static override examples = [
    '<%= config.bin %> storage repair .kafka-ts --dry-run',
    '<%= config.bin %> storage repair .kafka-ts --logs orders-0 --yes',
  ]
  static override args = { directory: Args.string({ description: 'A data directory', required: true, ignoreStdin: true }) }
  static override flags = {
    ...listingFlags,
    ...mutationFlags,
    ...confirmationFlags,
    logs: Flags.string({ summary: 'Only these logs', helpValue: 'topic-partition,...' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StorageRepair)
    const output = this.output(flags)
    if (output.wroteSchema(listing)) return
    const isDryRun = flags['dry-run']
    const tools = await loadTools()
    const { disk, offline } = tools
    await withDirectory(tools, resolve(this.doors.cwd, args.directory), async (found) => {
      const isWanted = chooseLogs(found, flags.logs)
      const plans: RepairPlan[] = []
      for await (const report of offline.verifyDirectory(disk, found, isWanted)) {
        const plan = offline.planRepair(report)
        if (plan !== undefined) plans.push(plan)
        output.progress(`${report.name} read`)
      }
      output.progress('')
      const items = plans.flatMap((plan) => lossesOf(plan, isDryRun))
      const repairable = plans.filter(({ hopeless }) => hopeless.length === 0)
      await output.write(listing, { items, footer: plans.length === 0 ? 'nothing is damaged' : plural(plans.length, 'damaged log') })
      if (!isDryRun && repairable.length > 0) {
        const records = items.filter(({ isRepairable }) => isRepairable).reduce((sum, item) => sum + item.records, 0)
        const question = `Give up at most ${humanCount(records)} records of ${plural(repairable.length, 'log')} for good`
        await confirmDestruction({ doors: this.doors, settings: LOCAL }, flags, { question, name: args.directory })
        for (const plan of repairable) {
          await offline.repairLog(disk, found, plan)
          output.say(`${plan.report.name} is repaired`)
        }
      }
      const hopeless = plans.filter((plan) => plan.hopeless.length > 0).map(({ report }) => report.name)
      if (hopeless.length === 0) return
      throw new CliError(
        `${hopeless.join(', ')} cannot be repaired here: the directory of the log is gone, or an interrupted compaction is damaged.`,
        {
          code: 'KAFKA_STORAGE_ERROR',
          exit: EXIT.partial,
          isOnStdout: true,
          suggestions: ['restore the directory from a backup', 'or delete the topic once the broker runs'],
        },
      )
    })
  }
}

/** There is no context here: the directory is of this machine. */
const LOCAL = {
  isProtected: { value: false, source: 'default' },
  context: { value: undefined, source: 'default' },
  color: undefined,
} as const

function lossesOf({ report, losses, hopeless }: RepairPlan, isDryRun: boolean): Loss[] {
  return [...losses, ...hopeless].map(({ file, position, end, fromOffset, toOffset, problem }, index) => ({
    log: report.name,
    file,
    position,
    end,
    fromOffset,
    toOffset,
    records: toOffset - fromOffset,
    problem,
    isRepairable: index < losses.length,
    isDryRun,
  }))
}
