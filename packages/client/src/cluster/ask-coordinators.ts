import { KafkaError } from '@kafka-ts/protocol'
import { toKafkaError } from '../errors.ts'
import { askItems, type ItemOutcome } from './ask-items.ts'
import type { Cluster, RetryOptions } from './cluster.ts'

/** Groups in one request: few enough that an answer about large groups stays below what a message may hold. */
const MAX_GROUPS_A_REQUEST = 50

/** What a broker answered about one group. */
export interface GroupAnswer<V> {
  readonly groupId: string
  readonly errorCode: number
  readonly errorMessage?: string | null
  readonly value: V
}

export interface AskCoordinatorsOptions<V> {
  readonly operation: string
  readonly options: RetryOptions
  /** One request to one broker about some of its groups. */
  readonly ask: (nodeId: number, groupIds: readonly string[]) => Promise<readonly GroupAnswer<V>[]>
}

/**
 * Asks the coordinator of each group, as few requests as it takes. Groups whose error is retriable are asked about again, of whoever
 * coordinates them then, while there is time; the answer has every group once, in order, with its value or its last error.
 */
export async function askCoordinators<V>(
  cluster: Cluster,
  groupIds: readonly string[],
  call: AskCoordinatorsOptions<V>,
): Promise<ItemOutcome<string, V>[]> {
  return askItems(cluster, groupIds, { ...call, askOnce: (pending) => askOnce(cluster, pending, call) })
}

async function askOnce<V>(
  cluster: Cluster,
  groupIds: readonly string[],
  call: AskCoordinatorsOptions<V>,
): Promise<readonly ItemOutcome<string, V>[]> {
  const located = await cluster.coordinators.locate(groupIds)
  const failures: ItemOutcome<string, V>[] = []
  const byBroker = new Map<number, Set<string>>()
  for (const groupId of groupIds) {
    const found = located.get(groupId)
    if (typeof found === 'number') byBroker.set(found, (byBroker.get(found) ?? new Set()).add(groupId))
    else failures.push({ item: groupId, error: found ?? leftOut(groupId) })
  }
  const requests = [...byBroker].flatMap(([nodeId, ofBroker]) =>
    chunks([...ofBroker]).map((chunk) => askBroker(cluster, nodeId, { chunk, call })),
  )
  return [...failures, ...(await Promise.all(requests)).flat()]
}

async function askBroker<V>(
  cluster: Cluster,
  nodeId: number,
  { chunk, call }: { readonly chunk: readonly string[]; readonly call: AskCoordinatorsOptions<V> },
): Promise<ItemOutcome<string, V>[]> {
  let outcomes: ItemOutcome<string, V>[]
  try {
    const byGroup = new Map((await call.ask(nodeId, chunk)).map((answer) => [answer.groupId, answer]))
    outcomes = chunk.map((groupId) => readAnswer(groupId, byGroup.get(groupId)))
  } catch (cause) {
    const error = toKafkaError(cause, call.operation)
    outcomes = chunk.map((item) => ({ item, error }))
  }
  for (const { item, error } of outcomes) cluster.coordinators.forgetAfter(item, error)
  return outcomes
}

function readAnswer<V>(item: string, answer: GroupAnswer<V> | undefined): ItemOutcome<string, V> {
  if (answer === undefined) return { item, error: leftOut(item) }
  if (answer.errorCode === 0) return { item, value: answer.value }
  const { code, message } = KafkaError.fromWire(answer.errorCode, answer.errorMessage)
  return { item, error: new KafkaError(code, `group "${item}": ${message}`) }
}

function leftOut(groupId: string): KafkaError {
  return new KafkaError('PROTOCOL_ERROR', `The broker's answer leaves out group "${groupId}".`)
}

function chunks(groupIds: readonly string[]): string[][] {
  const count = Math.ceil(groupIds.length / MAX_GROUPS_A_REQUEST)
  return Array.from({ length: count }, (_, index) => groupIds.slice(index * MAX_GROUPS_A_REQUEST, (index + 1) * MAX_GROUPS_A_REQUEST))
}
