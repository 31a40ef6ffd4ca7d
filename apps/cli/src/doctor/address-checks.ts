import { isIP } from 'node:net'
import type { BrokerFeatures } from '@kafka-ts/client'
import type { Session } from '../session.ts'
import { apiVersionsRequest, readListener } from './api-versions.ts'
import { type CheckResult, result } from './check.ts'
import type { ProbeAddress } from './network-probe.ts'

const DEFAULT_PORT = 9092

/** `b1:9092`, `b1`, `[::1]:9092` in its parts; checked already where it came from. */
export function splitAddress(address: string): ProbeAddress {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(address)
  return { host: match?.[1] ?? address, port: match?.[2] === undefined ? DEFAULT_PORT : Number(match[2]) }
}

/** What the checks of one address found, and what the broker there says of itself, if one answered. */
export interface AddressFindings {
  readonly results: readonly CheckResult[]
  readonly features: BrokerFeatures | undefined
}

/** From the name to the first exchange: each check is made only when those before it passed. */
export async function checkAddress(session: Session, address: ProbeAddress): Promise<AddressFindings> {
  const target = `${address.host}:${address.port}`
  const results: CheckResult[] = []
  const isOk = (next: CheckResult) => {
    results.push(next)
    return next.status !== 'fail'
  }
  if (isIP(address.host.replace(/^\[|\]$/g, '')) === 0 && !isOk(await checkName(session, address))) return { results, features: undefined }
  if (!isOk(await checkListener(session, address, target))) return { results, features: undefined }
  const { found, features } = await checkHello(session, target)
  results.push(found)
  return { results, features }
}

async function checkName({ doors }: Session, { host }: ProbeAddress): Promise<CheckResult> {
  const startMs = doors.monotonicMs()
  try {
    const addresses = await (await doors.probe()).lookup(host)
    return result('dns', host, { status: 'ok', detail: addresses.join(', '), durationMs: doors.monotonicMs() - startMs })
  } catch (error) {
    return result('dns', host, { status: 'fail', detail: reasonOf(error), suggestion: `check the name ${host}, /etc/hosts and the DNS` })
  }
}

/** Connects, and asks in Kafka's own protocol: that tells a broker from anything else that listens. */
async function checkListener({ doors, timeoutMs }: Session, address: ProbeAddress, target: string): Promise<CheckResult> {
  const startMs = doors.monotonicMs()
  let connectedMs = startMs
  try {
    const connection = await (await doors.probe()).connect(address, timeoutMs)
    connectedMs = doors.monotonicMs()
    try {
      const listener = readListener(await connection.exchange(apiVersionsRequest(), timeoutMs))
      const durationMs = doors.monotonicMs() - startMs
      switch (listener.kind) {
        case 'kafka':
          return result('listener', target, { status: 'ok', detail: `speaks Kafka's protocol, ${listener.apis} APIs`, durationMs })
        case 'tls':
          return result('listener', target, { status: 'fail', detail: 'it wants TLS, which this version does not speak', durationMs })
        case 'silent':
          return result('listener', target, {
            status: 'fail',
            detail: 'it closes the connection without an answer',
            suggestion: NOT_A_BROKER,
            durationMs,
          })
        case 'other':
          return result('listener', target, {
            status: 'fail',
            detail: `it answers "${listener.begins}"`,
            suggestion: NOT_A_BROKER,
            durationMs,
          })
      }
    } finally {
      connection.close()
    }
  } catch (error) {
    const isConnected = connectedMs !== startMs
    const detail = isConnected ? `connected, but ${reasonOf(error)}` : reasonOf(error)
    const suggestion = isConnected ? NOT_A_BROKER : `start a broker there, or open the way to port ${address.port}`
    return result('listener', target, { status: 'fail', detail, suggestion })
  }
}

const NOT_A_BROKER = 'no Kafka broker listens there: check the port'

/** The first exchange of the native protocol, which all other commands speak. */
async function checkHello({ doors, timeoutMs }: Session, target: string) {
  const startMs = doors.monotonicMs()
  const limits = { requestTimeoutMs: timeoutMs, connectTimeoutMs: timeoutMs, retryTimeoutMs: 0 }
  const kafka = await doors.connect({ brokers: [target], clientId: 'kafka-ts-doctor', ...limits })
  try {
    const features = await kafka.admin.describeFeatures({ timeoutMs })
    const durationMs = doors.monotonicMs() - startMs
    const foreign = features.apis.filter((api) => api.usedVersion === null).length
    const detail = `broker ${features.nodeId} of cluster ${features.clusterId}, ${features.apis.length} APIs`
    const finding =
      foreign === 0
        ? { status: 'ok' as const, detail, durationMs }
        : {
            status: 'warn' as const,
            detail: `${detail}, ${foreign} of them not known here`,
            suggestion: 'this command and the broker are of different versions: kafka-ts cluster features',
            durationMs,
          }
    return { found: result('hello', target, finding), features }
  } catch (error) {
    const suggestion = 'kafka-ts speaks its own protocol to kafka-ts brokers; for Apache Kafka itself use its own tools'
    return { found: result('hello', target, { status: 'fail', detail: reasonOf(error), suggestion }), features: undefined }
  } finally {
    await kafka.close()
  }
}

/** Why something failed, in a few words. */
export function reasonOf(error: unknown): string {
  const errors = error instanceof AggregateError ? error.errors : [error]
  return errors.map((each: unknown) => (each instanceof Error ? each.message : String(each))).join('; ')
}
