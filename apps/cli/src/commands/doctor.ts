import type { BrokerDescription } from '@kafka-ts/client'
import { readHealth } from '../cluster/read-health.ts'
import { CliCommand } from '../command.ts'
import { type AddressFindings, checkAddress, splitAddress } from '../doctor/address-checks.ts'
import { type CheckResult, checkListing } from '../doctor/check.ts'
import { checkAdvertised, checkClock, checkHealth, checkVersion } from '../doctor/cluster-checks.ts'
import { checkSettings } from '../doctor/settings-checks.ts'
import { CliError } from '../errors/cli-error.ts'
import { EXIT } from '../errors/exit-codes.ts'
import { clusterFlags, listingFlags } from '../flags/global.ts'
import { plural } from '../output/humanize.ts'
import type { Session } from '../session.ts'

export default class Doctor extends CliCommand {
  static override summary = 'Find out why a cluster cannot be reached or does not work'
  static override description =
    'Checks the settings, then for each broker the name, the listener, the first exchange, the address it advertises, its clock, its version, and at last the health ' +
    'of the cluster. Exit 8 when a check fails, 5 when no broker could be reached.'
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --brokers b1.example:9092 -o wide']
  static override flags = { ...clusterFlags, ...listingFlags }

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor)
    await this.session(flags, async (session) => {
      if (session.output.wroteSchema(checkListing)) return
      const results = [...(await checkSettings(session.settings, this.paths(flags)))]
      const bootstrap = session.settings.brokers.value
      const found = new Map<string, AddressFindings>()
      for (const address of bootstrap) await lookAt(session, address, found)
      const hasAnswer = [...found.values()].some(({ features }) => features !== undefined)
      results.push(...[...found.values()].flatMap((findings) => findings.results))
      if (hasAnswer) results.push(...(await this.#checkCluster(session, found)))
      await session.output.write(checkListing, { items: results })
      conclude(results, hasAnswer)
    })
  }

  /** What can only be asked once a broker answers. `found` holds the addresses that were looked at already. */
  async #checkCluster(session: Session, found: Map<string, AddressFindings>): Promise<CheckResult[]> {
    const bootstrap = session.settings.brokers.value
    const results: CheckResult[] = []
    const cluster = await session.admin('describe the cluster', (admin, options) => admin.describeCluster(options))
    for (const broker of cluster.brokers) {
      const isNew = !found.has(addressOf(broker))
      const findings = await lookAt(session, addressOf(broker), found)
      if (isNew) results.push(...findings.results)
      results.push(checkAdvertised(broker, findings.features, bootstrap))
    }
    for (const broker of cluster.brokers) results.push(checkClock(broker, session.doors.now()), checkVersion(broker, this.config.version))
    results.push(checkHealth(cluster, await readHealth(session)))
    return results
  }
}

function addressOf({ host, port }: BrokerDescription): string {
  return `${host}:${port}`
}

/** Each address is looked at once. */
async function lookAt(session: Session, address: string, found: Map<string, AddressFindings>): Promise<AddressFindings> {
  const { host, port } = splitAddress(address)
  const key = `${host}:${port}`
  const findings = found.get(key) ?? (await checkAddress(session, { host, port }))
  found.set(key, findings)
  return findings
}

function conclude(results: readonly CheckResult[], hasAnswer: boolean): void {
  const failed = results.filter(({ status }) => status === 'fail')
  if (failed.length === 0) return
  const suggestions = [...new Set(failed.flatMap(({ suggestion }) => suggestion ?? []))]
  const message = hasAnswer
    ? `${plural(failed.length, 'check')} of ${results.length} failed.`
    : `No broker could be reached: ${plural(failed.length, 'check')} failed.`
  throw new CliError(message, {
    code: hasAnswer ? 'CHECK_FAILED' : 'DISCONNECTED',
    exit: hasAnswer ? EXIT.checkFailed : EXIT.unreachable,
    retriable: true,
    suggestions,
    isOnStdout: true,
  })
}
