import type { BrokerDescription, BrokerFeatures, ClusterDescription } from '@kafka-ts/client'
import type { ClusterHealth } from '../cluster/cluster-health.ts'
import { humanAge } from '../output/humanize.ts'
import { type CheckResult, result } from './check.ts'

/** A start that lies further ahead than this cannot be the slowness of an answer. */
const CLOCK_TOLERANCE_MS = 1000

/** Whether an address means "this machine" wherever it is read. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.|\[?::1\]?$)/.test(host)
}

/** What a broker tells clients to connect to, checked against where it was found and who answers there. */
export function checkAdvertised(broker: BrokerDescription, found: BrokerFeatures | undefined, bootstrap: readonly string[]): CheckResult {
  const target = `${broker.host}:${broker.port}`
  const who = `broker ${broker.nodeId}`
  const fix = `set advertised.listeners of ${who} to what clients can reach`
  if (found === undefined)
    return result('advertised', target, {
      status: 'fail',
      detail: `${who} tells clients to connect here, and nobody answers`,
      suggestion: fix,
    })
  if (found.nodeId !== broker.nodeId)
    return result('advertised', target, {
      status: 'fail',
      detail: `${who} says it is here, but broker ${found.nodeId} answers`,
      suggestion: fix,
    })
  if (isLoopback(broker.host) && !bootstrap.some(isLoopback))
    return result('advertised', target, { status: 'warn', detail: `${who} sends clients of other machines to themselves`, suggestion: fix })
  return result('advertised', target, { status: 'ok', detail: `${who} is where it says` })
}

/** Brokers do not tell their time, but when they started: a start in the future gives a wrong clock away. */
export function checkClock({ nodeId, startTimeMs }: BrokerDescription, nowMs: number): CheckResult {
  const target = `broker ${nodeId}`
  const aheadMs = startTimeMs - nowMs
  if (aheadMs > CLOCK_TOLERANCE_MS)
    return result('clock', target, {
      status: 'fail',
      detail: `it started in the future: its clock is ahead by ${humanAge(aheadMs)} at least, or the one here is behind`,
      suggestion: 'synchronise the clocks (NTP): retention, @TIME and timestamps depend on them',
    })
  return result('clock', target, { status: 'ok', detail: `it started ${humanAge(-aheadMs)} ago by the clock here` })
}

/** Whether the command and a broker are of one version. */
export function checkVersion({ nodeId, version }: BrokerDescription, ownVersion: string): CheckResult {
  const target = `broker ${nodeId}`
  return version === ownVersion
    ? result('version', target, { status: 'ok', detail: version })
    : result('version', target, { status: 'warn', detail: `the broker is ${version}, this command ${ownVersion}` })
}

/** The health of the cluster as one check. */
export function checkHealth({ clusterId }: ClusterDescription, health: ClusterHealth): CheckResult {
  return health.isHealthy
    ? result('health', clusterId, { status: 'ok', detail: `${health.partitions} partitions, each with a leader and all its replicas` })
    : result('health', clusterId, { status: 'fail', detail: health.problems.join(', '), suggestion: 'kafka-ts leaders show' })
}
