import type { Clock } from '@kafka-ts/io'
import { apis, KafkaError, type OffsetCommitResponse, uuidToString } from '@kafka-ts/protocol'
import type { Backoff } from '../../connection/backoff.ts'
import { toKafkaError } from '../../errors.ts'
import type { TopicPartition, TopicPartitionOffset } from '../../record.ts'
import type { GroupCoordinator } from './group-coordinator.ts'
import { byTopicId, type OwnedPartition, partitionKey } from './owned-partition.ts'

/** Not known, as the position may be of records that were passed over. */
const NO_LEADER_EPOCH = -1

/** How far a partition is done. */
export interface DoneOffset {
  readonly owned: OwnedPartition
  readonly offset: number
}

export interface OffsetCommitterOptions {
  readonly coordinator: GroupCoordinator
  readonly clock: Clock
  readonly newBackoff: () => Backoff
  /** Ends the pauses between tries. */
  readonly signal: AbortSignal
  /** The member as whom to commit. */
  readonly member: { readonly memberId: string; readonly memberEpoch: number; readonly isMember: boolean }
  /** Whether the partition is still this member's. */
  readonly isOwned: (owned: OwnedPartition) => boolean
  /** The coordinator says that this is no member (any more). */
  readonly onFenced: (error: KafkaError) => void
  readonly onCommitted: (offsets: readonly TopicPartitionOffset[]) => void
  readonly onFailed: (offsets: readonly TopicPartitionOffset[], error: KafkaError) => void
}

export interface CommitOptions {
  /** What to commit, asked for when it is this commit's turn. */
  readonly collect: () => readonly DoneOffset[]
  /** How long to try again what can be retried. */
  readonly timeoutMs: number
}

/**
 * Commits offsets, one request at a time, so that a smaller offset never travels beside a larger one. What is not above the last commit is left
 * out: committed offsets never go backwards.
 */
export class OffsetCommitter {
  readonly #options: OffsetCommitterOptions
  #last: Promise<unknown> = Promise.resolve()
  #isRequested = false

  constructor(options: OffsetCommitterOptions) {
    this.#options = options
  }

  /** Commits soon, without anybody who waits for it: failures are told by `onFailed`. Calls until it begins are one. */
  request(options: CommitOptions): void {
    if (this.#isRequested) return
    this.#isRequested = true
    const collect = (): readonly DoneOffset[] => {
      this.#isRequested = false
      return options.collect()
    }
    this.commit({ ...options, collect }).catch(() => undefined)
  }

  /** Commits after every commit that was asked for before. Resolves when it is durable; rejects when it failed, after `onFailed`. */
  commit(options: CommitOptions): Promise<void> {
    const commit = this.#last.then(() => this.#commit(options))
    this.#last = commit.catch(() => undefined)
    return commit
  }

  async #commit({ collect, timeoutMs }: CommitOptions): Promise<void> {
    const { clock, newBackoff, onFailed, onFenced } = this.#options
    const offsets = collect()
    const deadlineMs = clock.monotonic() + timeoutMs
    const backoff = newBackoff()
    for (;;) {
      const left = this.#stillLeft(offsets).filter(({ owned }) => this.#options.isOwned(owned))
      if (left.length === 0) return this.#refuseLost(offsets)
      try {
        await this.#send(left)
        return this.#refuseLost(offsets)
      } catch (cause) {
        const error = toKafkaError(cause, 'commit')
        const pauseMs = backoff.next()
        // The epoch moves with the next heartbeat that is answered.
        const mayRetry = error.retriable || error.code === 'STALE_MEMBER_EPOCH'
        if (mayRetry && clock.monotonic() + pauseMs <= deadlineMs) {
          await clock.sleep(pauseMs, this.#options.signal)
          continue
        }
        onFailed(this.#stillLeft(left).map(toTopicPartitionOffset), error)
        if (error.code === 'UNKNOWN_MEMBER_ID' || error.code === 'FENCED_MEMBER_EPOCH') onFenced(error)
        throw error
      }
    }
  }

  /** Throws the error of the whole, or of the first partition that has one; what was committed is noted. */
  async #send(offsets: readonly DoneOffset[]): Promise<void> {
    const { coordinator, member, onCommitted } = this.#options
    if (!member.isMember) throw new KafkaError('STALE_MEMBER_EPOCH', 'The member is joining its group.')
    const { memberId, memberEpoch } = member
    const topics = byTopicId(offsets.map(({ owned, offset }) => ({ ...partitionOf(owned), offset }))).map(([topicId, ofTopic]) => ({
      topicId,
      partitions: ofTopic.map(({ partition, offset }) => ({ partition, offset, leaderEpoch: NO_LEADER_EPOCH, metadata: '' })),
    }))
    const response = await coordinator.request(apis.offsetCommit, { groupId: coordinator.group, memberId, memberEpoch, topics })
    const codes = errorCodes(response)
    const committed: DoneOffset[] = []
    let failure: KafkaError | undefined
    for (const done of offsets) {
      const code = codes.get(partitionKey(done.owned))
      if (code === 0) {
        done.owned.committedOffset = Math.max(done.owned.committedOffset, done.offset)
        committed.push(done)
      } else failure ??= partitionError(done.owned, code)
    }
    if (committed.length > 0) onCommitted(committed.map(toTopicPartitionOffset))
    if (failure !== undefined) throw failure
  }

  /** Throws, after `onFailed`, when there are offsets of partitions that were lost before they could be committed. */
  #refuseLost(offsets: readonly DoneOffset[]): void {
    const lost = this.#stillLeft(offsets)
    if (lost.length === 0) return
    const error = lostError(lost.map(({ owned }) => owned))
    this.#options.onFailed(lost.map(toTopicPartitionOffset), error)
    throw error
  }

  #stillLeft(offsets: readonly DoneOffset[]): DoneOffset[] {
    return offsets.filter(({ owned, offset }) => offset > owned.committedOffset)
  }
}

/** Why offsets of partitions cannot be committed that are not this member's any more. */
export function lostError(partitions: readonly TopicPartition[]): KafkaError {
  const names = partitions.map(({ topic, partition }) => `partition ${partition} of topic "${topic}"`)
  return new KafkaError('ILLEGAL_GENERATION', `${names.join(', ')} went to another member before it could be committed.`)
}

function partitionOf({ topicId, topicIdText, partition }: OwnedPartition) {
  return { topicId, topicIdText, partition }
}

function toTopicPartitionOffset({ owned, offset }: DoneOffset): TopicPartitionOffset {
  return { topic: owned.topic, partition: owned.partition, offset }
}

function errorCodes(response: OffsetCommitResponse): Map<string, number> {
  const codes = new Map<string, number>()
  for (const { topicId, partitions } of response.topics) {
    const topicIdText = uuidToString(topicId)
    for (const { partition, errorCode } of partitions) codes.set(partitionKey({ topicId, topicIdText, partition }), errorCode)
  }
  return codes
}

function partitionError({ topic, partition }: OwnedPartition, code: number | undefined): KafkaError {
  const subject = `partition ${partition} of topic "${topic}"`
  if (code === undefined) return new KafkaError('PROTOCOL_ERROR', `The answer to a commit leaves out ${subject}.`)
  const error = KafkaError.fromWire(code)
  return new KafkaError(error.code, `${subject}: ${error.message}`)
}
