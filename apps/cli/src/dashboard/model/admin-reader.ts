import type { Admin, AdminCallOptions, KafkaError } from '@kafka-ts/client'
import type { KafkaClient } from '../../doors.ts'
import type {
  BrokerDisk,
  ClusterReader,
  CommittedOffset,
  DescribedGroup,
  ListedGroup,
  OffsetAt,
  OffsetToSet,
  PartitionName,
} from './cluster-reader.ts'

const NONE: readonly never[] = []
/** A record that is not there is not waited for: the wait ends after this. */
const RECORD_WAIT_MS = 3000
/** One record is wanted; what comes with it is thrown away. */
const RECORD_FETCH_BYTES = 64 * 1024

/** Reads a cluster through the SDK's admin client. */
export class AdminReader implements ClusterReader {
  readonly #client: KafkaClient
  readonly #admin: Admin
  readonly #timeoutMs: number

  /** `timeoutMs` is what one call may take. The client stays the caller's. */
  constructor(client: KafkaClient, timeoutMs: number) {
    this.#client = client
    this.#admin = client.admin
    this.#timeoutMs = timeoutMs
  }

  async listGroups(signal: AbortSignal): Promise<readonly ListedGroup[]> {
    return this.#admin.listGroups(this.#options(signal))
  }

  async describeGroups(groupIds: readonly string[], signal: AbortSignal): Promise<readonly (DescribedGroup | undefined)[]> {
    const outcomes = await this.#admin.describeGroups(groupIds, this.#options(signal))
    return values(outcomes).map((outcome) => {
      if (outcome === undefined) return undefined
      const { groupId, state, type, assignor, coordinator, members } = outcome.description
      return {
        groupId,
        state,
        type,
        assignor,
        coordinator,
        members: members.map(({ memberId, instanceId, clientId, clientHost, assignment }) => ({
          memberId,
          instanceId,
          clientId,
          // Kafka writes addresses with a slash before them.
          host: clientHost.replace(/^\//, ''),
          assignment,
        })),
      }
    })
  }

  async committedOffsets(groupIds: readonly string[], signal: AbortSignal): Promise<readonly (readonly CommittedOffset[] | undefined)[]> {
    return values(await this.#admin.fetchGroupOffsets(groupIds, this.#options(signal))).map((outcome) => outcome?.offsets)
  }

  async listOffsets(partitions: readonly PartitionName[], at: OffsetAt, signal: AbortSignal): Promise<readonly (number | undefined)[]> {
    const queries = partitions.map(({ topic, partition }) => ({ topic, partition, at }))
    const found = values(await this.#admin.listOffsets(queries, this.#options(signal))).map((outcome) => outcome?.offset)
    if (typeof at === 'string' || !found.includes(-1)) return found
    // No record is as new as that: the place is the end.
    const ends = await this.listOffsets(partitions, 'latest', signal)
    return found.map((offset, index) => (offset === -1 ? ends[index] : offset))
  }

  async topics(signal: AbortSignal) {
    const listed = await this.#admin.listTopics(this.#options(signal))
    if (listed.length === 0) return NONE
    const outcomes = await this.#admin.describeTopics(
      listed.map(({ name }) => name),
      this.#options(signal),
    )
    return values(outcomes).flatMap((outcome) => (outcome === undefined ? [] : [outcome.description]))
  }

  cluster(signal: AbortSignal) {
    return this.#admin.describeCluster(this.#options(signal))
  }

  async disks(signal: AbortSignal): Promise<readonly BrokerDisk[]> {
    const dirs = await this.#admin.describeLogDirs(this.#options(signal))
    return [...Map.groupBy(dirs, ({ nodeId }) => nodeId)].map(([nodeId, ofBroker]) => {
      const sizeByTopic = new Map<string, number>()
      for (const { replicas } of ofBroker)
        for (const { topic, sizeBytes } of replicas) sizeByTopic.set(topic, (sizeByTopic.get(topic) ?? 0) + sizeBytes)
      const free = ofBroker.map(({ usableBytes }) => usableBytes)
      return {
        nodeId,
        usedBytes: sum([...sizeByTopic.values()]),
        freeBytes: free.some((bytes) => bytes < 0) ? undefined : sum(free),
        sizeByTopic,
      }
    })
  }

  async recordTimeMs({ topic, partition }: PartitionName, offset: number, signal: AbortSignal): Promise<number | undefined> {
    const wait = AbortSignal.any([signal, AbortSignal.timeout(RECORD_WAIT_MS)])
    const consumer = this.#client.consumer({
      assignments: [{ topic, partition, from: { offset } }],
      onOffsetOutOfRange: 'earliest',
      partitionMaxBytes: RECORD_FETCH_BYTES,
      fetchMaxBytes: RECORD_FETCH_BYTES,
      signal: wait,
    })
    try {
      for await (const record of consumer) return record.timestamp
      return undefined
    } catch (error) {
      if (wait.aborted && !signal.aborted) return undefined
      throw error
    } finally {
      await consumer.close()
    }
  }

  async setOffsets(groupId: string, offsets: readonly OffsetToSet[], signal: AbortSignal): Promise<void> {
    const outcomes = await this.#admin.commitGroupOffsets(groupId, offsets, this.#options(signal))
    for (const { error } of outcomes) if (error !== undefined) throw error
  }

  #options(signal: AbortSignal): AdminCallOptions {
    return { signal, timeoutMs: this.#timeoutMs }
  }
}

type WithError = { readonly error?: KafkaError | undefined }

/** Outcomes that succeeded, in their places; when all have failed the first error is thrown, for it is one of the whole. */
function values<O extends WithError>(outcomes: readonly O[]): ((O & { readonly error?: undefined }) | undefined)[] {
  const error = outcomes[0]?.error
  if (error?.retriable && outcomes.every((outcome) => outcome.error !== undefined)) throw error
  return outcomes.map((outcome) => (outcome.error === undefined ? (outcome as O & { readonly error?: undefined }) : undefined))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
