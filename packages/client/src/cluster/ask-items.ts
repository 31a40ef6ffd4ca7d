import type { KafkaError } from '@kafka-ts/protocol'
import type { Cluster, RetryOptions } from './cluster.ts'

/** What came of one item. */
export type ItemOutcome<T, V> =
  | { readonly item: T; readonly value: V; readonly error?: undefined }
  | { readonly item: T; readonly value?: undefined; readonly error: KafkaError }

export interface AskItemsOptions<T, V> {
  readonly operation: string
  readonly options: RetryOptions
  /** Asks about items once, and gives the outcome of each. */
  readonly askOnce: (items: readonly T[]) => Promise<readonly ItemOutcome<T, V>[]>
}

/**
 * Asks about many items. Those whose error is retriable are asked about again while there is time; the answer has every item, in order, with its
 * value or its last error. What ends the whole call (closed, aborted, nobody answers) is thrown.
 */
export async function askItems<T, V>(cluster: Cluster, items: readonly T[], call: AskItemsOptions<T, V>): Promise<ItemOutcome<T, V>[]> {
  const outcomes = new Map<T, ItemOutcome<T, V>>()
  const pending = (): T[] => items.filter((item) => outcomes.get(item)?.error?.retriable ?? !outcomes.has(item))
  await cluster
    .retrying(call.operation, call.options, async () => {
      for (const outcome of await call.askOnce(pending())) outcomes.set(outcome.item, outcome)
      const failed = pending().map((item) => outcomes.get(item)?.error)
      if (failed.length > 0) throw failed[0]
    })
    .catch((error: unknown) => {
      const isOfItem = [...outcomes.values()].some((outcome) => outcome.error === error)
      if (!isOfItem) throw error
    })
  return items.map((item) => outcomes.get(item) as ItemOutcome<T, V>)
}
