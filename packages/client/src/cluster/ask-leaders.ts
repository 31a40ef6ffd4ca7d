import { KafkaError } from '@kafka-ts/protocol'
import { toKafkaError } from '../errors.ts'
import type { TopicPartition } from '../record.ts'
import { askItems, type ItemOutcome } from './ask-items.ts'
import { groupByLeader, type Located } from './by-leader.ts'
import type { Cluster, RetryOptions } from './cluster.ts'

/** What a broker answered about one partition. */
export interface PartitionAnswer<V> extends TopicPartition {
  readonly value: V
  readonly errorCode: number
  readonly errorMessage?: string | null
}

export interface AskLeadersOptions<T, V> {
  readonly operation: string
  readonly options: RetryOptions
  /** One request to one broker about all its items. */
  readonly ask: (nodeId: number, located: readonly Located<T>[]) => Promise<readonly PartitionAnswer<V>[]>
}

/**
 * Asks the leader of each item's partition, one request a broker. Items whose error is retriable are asked again, with newer metadata, while
 * there is time; the answer has every item, in order, with its value or its last error.
 */
export async function askLeaders<T extends TopicPartition, V>(
  cluster: Cluster,
  items: readonly T[],
  call: AskLeadersOptions<T, V>,
): Promise<ItemOutcome<T, V>[]> {
  const unknownTopics = await ensureTopics(cluster, items, call.options)
  const known = items.filter(({ topic }) => !unknownTopics.has(topic))
  const asked = await askItems<T, V>(cluster, known, { ...call, askOnce: (pending) => askOnce(cluster, pending, call) })
  const outcomes = new Map(asked.map((outcome) => [outcome.item, outcome]))
  return items.map((item) => outcomes.get(item) ?? { item, error: unknownTopics.get(item.topic) as KafkaError })
}

async function askOnce<T extends TopicPartition, V>(
  cluster: Cluster,
  items: readonly T[],
  call: AskLeadersOptions<T, V>,
): Promise<ItemOutcome<T, V>[]> {
  const { located, failures } = groupByLeader(cluster, items)
  const answers = await Promise.all([...located].map(([nodeId, ofLeader]) => askBroker(nodeId, ofLeader, call)))
  return [...failures, ...answers.flat()]
}

async function askBroker<T extends TopicPartition, V>(
  nodeId: number,
  located: readonly Located<T>[],
  call: AskLeadersOptions<T, V>,
): Promise<ItemOutcome<T, V>[]> {
  try {
    const answers = await call.ask(nodeId, located)
    // A partition may be asked about more than once (its earliest and its latest offset): its answers come in the order of the questions.
    const byKey = Map.groupBy(answers, keyOf)
    return located.map(({ item }) => readAnswer(item, byKey.get(keyOf(item))?.shift()))
  } catch (cause) {
    const error = toKafkaError(cause, call.operation)
    return located.map(({ item }) => ({ item, error }))
  }
}

function readAnswer<T extends TopicPartition, V>(item: T, answer: PartitionAnswer<V> | undefined): ItemOutcome<T, V> {
  const subject = `partition ${item.partition} of topic "${item.topic}"`
  if (answer === undefined) return { item, error: new KafkaError('PROTOCOL_ERROR', `The broker's answer leaves out ${subject}.`) }
  if (answer.errorCode === 0) return { item, value: answer.value }
  const { code, message } = KafkaError.fromWire(answer.errorCode, answer.errorMessage)
  return { item, error: new KafkaError(code, `${subject}: ${message}`) }
}

/** Sees that the metadata of all topics are there; the error of each that cannot be had. */
async function ensureTopics(cluster: Cluster, items: readonly TopicPartition[], options: RetryOptions): Promise<Map<string, KafkaError>> {
  const failures = new Map<string, KafkaError>()
  const names = new Set(items.map(({ topic }) => topic))
  const timeoutMs = options.timeoutMs ?? cluster.config.retryTimeoutMs
  await Promise.all(
    [...names].map(async (name) => {
      try {
        await cluster.metadata.ensureTopic(name, { timeoutMs, signal: options.signal })
      } catch (cause) {
        const error = toKafkaError(cause, `topic "${name}"`)
        if (error.code === 'ABORTED' || error.code === 'CLOSED') throw error
        failures.set(name, error)
      }
    }),
  )
  return failures
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${partition} ${topic}`
}
