import type { KafkaError } from '@kafka-ts/protocol'
import type { ConsumerRecord, TopicPartition, TopicPartitionOffset } from '../../record.ts'
import type { GroupStart, PartitionLag } from './group-consumer-types.ts'

/** What a member of a group tells besides records; see `GroupConsumer.on`. */
export interface GroupConsumerEvents {
  /** The group has taken the member in, or taken it in again. */
  readonly joined: { readonly memberId: string; readonly memberEpoch: number }
  readonly assigned: { readonly partitions: readonly TopicPartition[] }
  readonly revoked: { readonly partitions: readonly TopicPartition[] }
  readonly lost: { readonly partitions: readonly TopicPartition[]; readonly reason: KafkaError }
  /** Where partitions begin, and why: what the group has committed, `from` where it has committed nothing, the beginning of a partition that was added. */
  readonly started: { readonly partitions: readonly (TopicPartitionOffset & { readonly because: 'committed' | 'added' | GroupStart })[] }
  /** The wanted offset is gone; reading goes on at the earliest or latest one. */
  readonly reset: TopicPartition & { readonly to: 'earliest' | 'latest'; readonly error: KafkaError }
  readonly committed: { readonly offsets: readonly TopicPartitionOffset[] }
  /** Offsets could not be committed; those that are still this member's are tried again. */
  readonly commitFailed: { readonly offsets: readonly TopicPartitionOffset[]; readonly error: KafkaError }
  /** Every five seconds while somebody listens. */
  readonly lag: { readonly partitions: readonly PartitionLag[] }
  /**
   * Something stands still: the event loop was blocked for about half the session timeout; the application has worked on one thing for half of
   * `maxPollIntervalMs`; the coordinator was not heard of for half the session timeout.
   */
  readonly stall: { readonly kind: 'event-loop' | 'application' | 'coordinator'; readonly durationMs: number }
  /** A handler of `run` has failed and is tried again, or has failed for good. */
  readonly handlerFailed: {
    /** undefined: it could not be decoded; `error` says where it is. */
    readonly record: ConsumerRecord | undefined
    /** 0 for a record that could not be decoded. */
    readonly attempt: number
    readonly error: unknown
    readonly next: 'retry' | 'dead letter' | 'stop'
  }
}

type Listener<Event> = (event: Event) => void

/** Who listens to what. What a listener throws goes to `onError`: it is no reason to lose a membership, nor to be quiet about. */
export class GroupEvents {
  readonly #listeners = new Map<keyof GroupConsumerEvents, Set<Listener<never>>>()
  readonly #onError: (error: unknown) => void

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  on<Name extends keyof GroupConsumerEvents>(name: Name, listener: Listener<GroupConsumerEvents[Name]>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  has(name: keyof GroupConsumerEvents): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0
  }

  emit<Name extends keyof GroupConsumerEvents>(name: Name, event: GroupConsumerEvents[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        ;(listener as Listener<GroupConsumerEvents[Name]>)(event)
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}
