import type { KafkaError } from '@kafka-ts/protocol'
import type { RecordOf, TopicPartition, TopicPartitionOffset } from '../../record.ts'
import type { TopicLike } from '../../topic.ts'
import type { ConsumerBatch, FetchOptions, StartPosition } from '../consumer-types.ts'
import type { RunHandler, RunOptions } from '../run/run-types.ts'
import type { GroupConsumerEvents } from './group-events.ts'

/** Where a partition begins of which the group has committed no offset. */
export type GroupStart = 'earliest' | 'latest' | Date | { readonly timestamp: number | Date }

/** When offsets are committed: every `commitIntervalMs`, whenever a batch is done, or only by `commit()`. */
export type CommitMode = 'interval' | 'batch' | 'manual'

/** Options of a consumer that shares the partitions of topics with the other members of its group. */
export interface GroupConsumerOptions<T extends TopicLike> extends FetchOptions {
  /** The group's id. */
  readonly group: string
  /**
   * The topics to share, each of which must exist; or an expression for whole or parts of names, matched by the broker (RE2: no look-around, no
   * back-references), whose topics come and go: their keys and values are bytes.
   */
  readonly topics: readonly T[] | RegExp
  /** Where a partition begins of which the group has committed no offset. Default 'latest', as Kafka's. */
  readonly from?: GroupStart
  /** A name that outlives restarts (KIP-345): while the member is away for less than the session timeout, its partitions wait for it. */
  readonly instanceId?: string
  /** Where this member is, for assignors that care. */
  readonly rackId?: string
  /** The broker's assignor. Default: the broker's, `uniform`. */
  readonly assignor?: 'uniform' | 'range'
  /** Default 'interval'. */
  readonly commit?: CommitMode
  /** Default 5 s. */
  readonly commitIntervalMs?: number
  /** An application that works on one record or batch (with `run`: one attempt of a handler) for longer loses its membership until it is back. Default 5 min. */
  readonly maxPollIntervalMs?: number
  /** How long a partition that goes to another member may still be worked on. Default `maxPollIntervalMs`. */
  readonly rebalanceTimeoutMs?: number
  /** How long `close()` waits for what the application has in hand, and for the coordinator. Default 10 s. */
  readonly closeTimeoutMs?: number
  /** Partitions are this member's. Awaited before their first record is given: `seek` here. */
  readonly onAssigned?: (partitions: readonly TopicPartition[]) => unknown
  /** Partitions go to another member. Awaited; nothing of them is in hand any more, and they can still be committed. */
  readonly onRevoked?: (partitions: readonly TopicPartition[]) => unknown
  /** Partitions are gone already: another member may work on them, and what was not committed will be given again. */
  readonly onLost?: (partitions: readonly TopicPartition[], reason: KafkaError) => unknown
}

/** How far behind a partition is, as of the last fetch. */
export interface PartitionLag extends TopicPartition {
  /** Records between the position and the end. */
  readonly lag: number
  readonly position: number
  readonly highWatermark: number
}

/**
 * A member of a group. It joins when it is first iterated or run and stays until it is closed; heartbeats never depend on what the application does. One iteration or run at a
 * time. Every record is given at least once: what was given but not done when a member is lost is given again.
 */
export interface GroupConsumer<T extends TopicLike = TopicLike> extends AsyncDisposable, AsyncIterable<RecordOf<T>> {
  readonly group: string
  /** Made by this consumer, new for each. */
  readonly memberId: string
  /** A record is done when the next one is asked for. */
  [Symbol.asyncIterator](): AsyncIterableIterator<RecordOf<T>>
  /** The fast way: records of a batch are iterated without a promise each. A batch is done when the next one is asked for. */
  batches(): AsyncIterableIterator<ConsumerBatch<RecordOf<T>>>
  /** Has `handler` work on records, several at a time, those of one key in order. Resolves when the consumer is closed or stopped; rejects when a handler has failed for good. */
  run(handler: RunHandler<RecordOf<T>>, options?: RunOptions): Promise<void>
  /**
   * Commits these offsets (of the next record to work on); without an argument everything the application was given, the record or batch in hand included (with `run`:
   * everything that is done). Resolves when it is durable. Offsets never go backwards: smaller ones are refused with INVALID_ARGUMENT. Rejects
   * with ILLEGAL_GENERATION when what was in hand is another member's already.
   */
  commit(offsets?: readonly TopicPartitionOffset[]): Promise<void>
  /** The partitions this member works on now. */
  assignments(): TopicPartition[]
  /** The next record of the partition comes from here, until it is given to another member. */
  seek(partition: TopicPartition, position: StartPosition): void
  /** Stops giving (and fetching) records of these partitions; of all without an argument. They stay this member's. */
  pause(partitions?: readonly TopicPartition[]): void
  resume(partitions?: readonly TopicPartition[]): void
  /** Offset of the next record the application will get; undefined while it is not known yet. */
  position(partition: TopicPartition): number | undefined
  /** Of every partition that has been fetched, without asking a broker. */
  lag(): PartitionLag[]
  /** Calls `listener` for every event of a kind. Returns what ends that. */
  on<Name extends keyof GroupConsumerEvents>(name: Name, listener: (event: GroupConsumerEvents[Name]) => void): () => void
  /** Ends the iteration when it asks for more, and a run once what is in hand is done. The membership stays until `close()`. */
  stop(): void
  /** Stops, waits for what is in hand (at most `closeTimeoutMs`), commits, leaves the group. Idempotent. Not from inside of a loop or handler: leave that first, or `stop()`. */
  close(): Promise<void>
}
