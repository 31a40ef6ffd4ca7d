import { type ClusterHealth, clusterHealthListing } from '../../cluster/cluster-health.ts'
import { readHealth } from '../../cluster/read-health.ts'
import { CliCommand } from '../../command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { EXIT } from '../../errors/exit-codes.ts'
import { reportOf } from '../../errors/report.ts'
import { durationFlag } from '../../flags/duration.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import { Flags } from '../../flags/oclif.ts'
import { humanDuration } from '../../output/humanize.ts'
import type { Session } from '../../session.ts'
import { waitUntil } from '../../waiting.ts'

const DEFAULT_EVERY_MS = 2000
/** How long a broker may take to answer one look of a wait. */
const DEFAULT_LOOK_MS = 10_000

export default class ClusterHealthCommand extends CliCommand {
  static override summary = 'Check the cluster: exit 0 when it is healthy, 8 when it is not'
  static override description =
    'Healthy means: there is a controller, every broker runs, every log directory is online, and every partition has a leader and all its replicas in sync.'
  static override examples = [
    '<%= config.bin %> cluster health',
    '<%= config.bin %> cluster health --until-healthy --for 5m   # in a script, after a restart',
  ]
  static override flags = {
    ...clusterFlags,
    ...listingFlags,
    ...watchFlags,
    'until-healthy': Flags.boolean({ summary: 'Wait until it is; brokers that do not answer are waited for too' }),
    for: durationFlag({ summary: 'How long to wait; then exit 8', helpValue: '5m', dependsOn: ['until-healthy'] }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(ClusterHealthCommand)
    if (!flags['until-healthy']) {
      const isOnce = flags.watch === undefined
      await this.watching(flags, async (session) => {
        if (session.output.wroteSchema(clusterHealthListing)) return
        const health = await readHealth(session)
        await session.output.write(clusterHealthListing, { items: [health] })
        if (isOnce && !health.isHealthy) throw unhealthy(health)
      })
      return
    }
    // One unanswered look must not take longer than the whole wait.
    const timeout = flags.for === undefined ? flags.timeout : Math.min(flags.timeout ?? flags.for, flags.for, DEFAULT_LOOK_MS)
    await this.session({ ...flags, timeout }, async (session) => {
      if (session.output.wroteSchema(clusterHealthListing)) return
      await untilHealthy(session, { everyMs: flags.watch ?? DEFAULT_EVERY_MS, forMs: flags.for, isShowingEach: flags.watch !== undefined })
    })
  }
}

interface HealthWait {
  readonly everyMs: number
  readonly forMs: number | undefined
  /** Writes every look, not only the last. */
  readonly isShowingEach: boolean
}

async function untilHealthy(session: Session, { everyMs, forMs, isShowingEach }: HealthWait): Promise<void> {
  let last: ClusterHealth | undefined
  let failure: unknown
  const show = () => (last === undefined ? undefined : session.output.write(clusterHealthListing, { items: [last] }))
  const hasHealed = await waitUntil(session, { everyMs, forMs }, async () => {
    last = undefined
    failure = undefined
    try {
      last = await readHealth(session)
    } catch (error) {
      // A broker that is starting does not answer: that is what this waits for.
      if (reportOf(error).exit !== EXIT.unreachable) throw error
      failure = error
    }
    if (isShowingEach) await show()
    if (last?.isHealthy !== true && session.output.canShowProgress)
      session.output.progress(`waiting: ${last === undefined ? 'no broker answers' : last.problems.join(', ')}`)
    return last?.isHealthy === true
  })
  session.output.progress('')
  if (!isShowingEach) await show()
  if (hasHealed) return
  throw last === undefined ? unanswered(failure, forMs) : unhealthy(last, forMs)
}

/** The wait is over and nobody answered: the same failed check as an unhealthy cluster, with why. */
function unanswered(cause: unknown, forMs: number | undefined): CliError {
  const { message, suggestions } = reportOf(cause)
  return new CliError(`The cluster is not healthy after ${humanDuration(forMs ?? 0)}. ${message}`, {
    code: 'UNHEALTHY',
    exit: EXIT.checkFailed,
    retriable: true,
    suggestions,
  })
}

function unhealthy({ clusterId, problems }: ClusterHealth, forMs?: number): CliError {
  const since = forMs === undefined ? '' : ` after ${humanDuration(forMs)}`
  return new CliError(`Cluster ${clusterId} is not healthy${since}: ${problems.join(', ')}.`, {
    code: 'UNHEALTHY',
    exit: EXIT.checkFailed,
    retriable: true,
    suggestions: ['kafka-ts leaders show', 'kafka-ts brokers list'],
    isOnStdout: true,
  })
}
