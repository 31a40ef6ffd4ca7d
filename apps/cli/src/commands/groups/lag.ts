import { CliCommand } from '../../command.ts'
import { CliError, notFoundError } from '../../errors/cli-error.ts'
import { EXIT } from '../../errors/exit-codes.ts'
import { durationFlag } from '../../flags/duration.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { lagListing } from '../../groups/lag-columns.ts'
import { lagFlags, lagWatchOptions } from '../../groups/lag-flags.ts'
import { checkLimits } from '../../groups/lag-limits.ts'
import { type LagRow, lagGroupings, lagRows } from '../../groups/lag-rows.ts'
import { type LagLook, LagWatch, type WatchedGroup } from '../../groups/lag-watch.ts'
import { humanDuration, plural } from '../../output/humanize.ts'
import type { Session } from '../../session.ts'
import { waitUntil } from '../../waiting.ts'

const DEFAULT_EVERY_MS = 2000

export default class GroupsLag extends CliCommand {
  static override summary = 'Show how far groups are behind, and check limits'
  static override description =
    'Without ids: all groups that have members or lag. With --max-lag or --max-time the exit code is 8 when a line is above the limit; with --until-zero the ' +
    'command ends when no lag is left, or with exit 8 after --for.'
  static override examples = [
    '<%= config.bin %> groups lag --sort lag:desc',
    '<%= config.bin %> groups lag billing --by member --sample 10s',
    '<%= config.bin %> groups lag billing --max-lag 10000 --max-time 60s   # for a monitor',
    '<%= config.bin %> groups lag billing --until-zero --for 5m            # before a deployment',
  ]
  static override args = { group: Args.string({ description: 'Ids of groups', multiple: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...listingFlags,
    ...watchFlags,
    ...lagFlags,
    all: Flags.boolean({ summary: 'Groups without members and without lag too' }),
    by: Flags.option({ options: lagGroupings })({ summary: 'One line for each of these in each group', default: 'group' }),
    'max-lag': Flags.integer({ summary: 'Exit 8 when a line has more lag', helpValue: 'N', min: 0 }),
    'max-time': durationFlag({ summary: 'Exit 8 when a line is later', helpValue: '60s' }),
    'until-zero': Flags.boolean({ summary: 'Wait until no lag is left', exclusive: ['max-lag', 'max-time'] }),
    for: durationFlag({ summary: 'How long to wait; then exit 8', helpValue: '5m', dependsOn: ['until-zero'] }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GroupsLag)
    const named = [args.group ?? []].flat()
    const listing = lagListing('GroupLagList', flags.by)
    const watch = new LagWatch(lagWatchOptions(flags))
    const show = async (session: Session, look: LagLook) => {
      const groups = named.length > 0 || flags.all ? look.groups : look.groups.filter(hasMembersOrLag)
      const rows = groups.flatMap((group) => lagRows(group, flags.by))
      const failures = named.length === 0 ? [] : explainFailures(session, look)
      await session.output.write(listing, { items: rows, failures, footer: plural(groups.length, 'group'), done: 'read', noun: 'group' })
      return rows
    }
    if (flags['until-zero']) {
      const wait = { everyMs: flags.watch ?? DEFAULT_EVERY_MS, forMs: flags.for, isShowingEach: flags.watch !== undefined }
      await this.session(flags, async (session) => {
        if (!session.output.wroteSchema(listing)) await untilZero(session, { named, watch, show, ...wait })
      })
      return
    }
    await this.watching(flags, async (session) => {
      if (session.output.wroteSchema(listing)) return
      const rows = await show(session, await watch.look(session, await idsOf(session, named)))
      checkLimits(rows, { maxLag: flags['max-lag'], maxTimeMs: flags['max-time'] })
    })
  }
}

async function idsOf(session: Session, named: readonly string[]): Promise<readonly string[]> {
  if (named.length > 0) return [...new Set(named)]
  return (await session.admin('list the groups', (admin, options) => admin.listGroups(options))).map((group) => group.groupId)
}

function hasMembersOrLag({ description, lag }: WatchedGroup): boolean {
  return description.members.length > 0 || lag.totals.lag !== 0 || lag.totals.isLowerBound
}

/** Of groups that were named; others that are gone since they were listed are not worth an error. */
function explainFailures(session: Session, { failed }: LagLook) {
  return failed.map(({ groupId, error }) => ({ name: groupId, error: session.explain(error, `read the lag of group ${groupId}`) }))
}

interface ZeroWait {
  readonly named: readonly string[]
  readonly watch: LagWatch
  readonly show: (session: Session, look: LagLook) => Promise<readonly LagRow[]>
  readonly everyMs: number
  readonly forMs: number | undefined
  /** Writes every look, not only the last. */
  readonly isShowingEach: boolean
}

async function untilZero(session: Session, { named, watch, show, everyMs, forMs, isShowingEach }: ZeroWait): Promise<void> {
  let last: LagLook | undefined
  const hasCaughtUp = await waitUntil(session, { everyMs, forMs }, async () => {
    last = await watch.look(session, await idsOf(session, named))
    const missing = named.find((id) => last?.failed.some(({ groupId }) => groupId === id))
    if (missing !== undefined) throw explainFailures(session, last)[0]?.error ?? notFoundError(`There is no group ${missing}.`)
    if (isShowingEach) await show(session, last)
    else session.output.progress(`waiting: ${leftOf(last)} left`)
    return last.groups.every(({ lag }) => lag.totals.lag === 0 && !lag.totals.isLowerBound)
  })
  session.output.progress('')
  if (!isShowingEach && last !== undefined) await show(session, last)
  if (hasCaughtUp || last === undefined) return
  throw new CliError(`There is still a lag of ${leftOf(last)} after ${humanDuration(forMs ?? 0)}.`, {
    code: 'LAG_LEFT',
    exit: EXIT.checkFailed,
    retriable: true,
    isOnStdout: true,
  })
}

function leftOf({ groups }: LagLook): string {
  return plural(
    groups.reduce((sum, { lag }) => sum + (lag.totals.lag ?? 0), 0),
    'record',
  )
}
