import { EARLIEST_TIMESTAMP, type KafkaError, LATEST_TIMESTAMP } from '@kafka-ts/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { listPartitionOffsets, type OffsetLookup } from '../cluster/list-offsets.ts'
import { toKafkaError } from '../errors.ts'
import type { PartitionState } from './partition-state.ts'

interface StartLookup extends OffsetLookup {
  readonly state: PartitionState
  readonly generation: number
}

/**
 * Turns the starts of partitions (earliest, latest, a time) into offsets. A time after the last record is the end. A partition whose start cannot be found
 * gets the error as its `failure`; one that was sought elsewhere meanwhile is left alone.
 */
export async function resolveStarts(cluster: Cluster, states: readonly PartitionState[], signal: AbortSignal): Promise<void> {
  const lookups = states.map((state): StartLookup => {
    state.isResolving = true
    return { state, generation: state.generation, topic: state.topic.name, partition: state.partition, timestamp: startTimestamp(state) }
  })
  const behindTheEnd = await lookUp(cluster, lookups, signal)
  if (behindTheEnd.length === 0) return
  await lookUp(
    cluster,
    behindTheEnd.map((lookup) => ({ ...lookup, timestamp: LATEST_TIMESTAMP })),
    signal,
  )
}

/** Resolves what it can; answers the lookups that no record matches. */
async function lookUp(cluster: Cluster, lookups: readonly StartLookup[], signal: AbortSignal): Promise<StartLookup[]> {
  const unmatched: StartLookup[] = []
  try {
    for (const { item, value, error } of await listPartitionOffsets(cluster, lookups, { signal })) {
      const lookup = item as StartLookup
      if (error !== undefined) settle(lookup, error)
      else if (value.offset < 0) unmatched.push(lookup)
      else settle(lookup, value.offset)
    }
  } catch (cause) {
    const error = toKafkaError(cause, 'listOffsets')
    for (const lookup of lookups) settle(lookup, error)
  }
  return unmatched
}

function settle({ state, generation }: StartLookup, outcome: number | KafkaError): void {
  if (state.generation !== generation) return
  state.isResolving = false
  if (typeof outcome === 'number') state.resolve(outcome)
  else state.failure = outcome
}

function startTimestamp({ start }: PartitionState): number {
  if (start === 'earliest') return EARLIEST_TIMESTAMP
  if (start instanceof Date) return start.getTime()
  if (start === undefined || start === 'latest' || 'offset' in start) return LATEST_TIMESTAMP
  return Number(start.timestamp)
}
