import { type AnyApi, KafkaError, type RequestOf, type ResponseOf } from '@kafka-ts/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import type { AdminCallOptions } from './admin-types.ts'

/** How much longer than the broker may take the client waits for its answer. */
const ANSWER_MARGIN_MS = 1_000

export interface AdminRequest<A extends AnyApi> {
  readonly request: RequestOf<A>
  readonly options: AdminCallOptions
  /** Default: any broker. */
  readonly nodeId?: number
}

/** How long the broker may work on a call. */
export function brokerTimeoutMs(cluster: Cluster, options: AdminCallOptions): number {
  return options.timeoutMs ?? cluster.config.requestTimeoutMs
}

/** Makes an admin request, again while it fails as a whole with what can be retried, within the call's time. */
export function adminRequest<A extends AnyApi>(cluster: Cluster, api: A, call: AdminRequest<A>): Promise<ResponseOf<A>> {
  const { options, request, nodeId } = call
  const timeoutMs = brokerTimeoutMs(cluster, options)
  const retry = { signal: options.signal, timeoutMs: options.timeoutMs }
  return cluster.retrying(api.name, retry, async () => {
    const { response } = await cluster.request(nodeId, api, { request, timeoutMs: timeoutMs + ANSWER_MARGIN_MS })
    return response
  })
}

/** What an answer says of one item: its error, or undefined. `subject` names the item in the message. */
export function itemError(
  item: { readonly errorCode: number; readonly errorMessage?: string | null } | undefined,
  subject: string,
): KafkaError | undefined {
  if (item === undefined) return new KafkaError('PROTOCOL_ERROR', `The broker's answer leaves out ${subject}.`)
  if (item.errorCode === 0) return undefined
  const { code, message } = KafkaError.fromWire(item.errorCode, item.errorMessage)
  return new KafkaError(code, `${subject}: ${message}`)
}
