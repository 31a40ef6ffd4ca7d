import type { Timer } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import type { Cluster } from '../../cluster/cluster.ts'
import type { TopicPartitionOffset } from '../../record.ts'
import type { TopicLike } from '../../topic.ts'
import type { PartitionState } from '../partition-state.ts'
import { Reader } from '../reader.ts'
import type { WorkInHand } from '../work-in-hand.ts'
import { ApplicationWatch } from './application-watch.ts'
import { AssignedTopics } from './assigned-topics.ts'
import { AssignmentReconciler, type StartedPartition } from './assignment-reconciler.ts'
import type { GroupConsumerConfig } from './group-consumer-config.ts'
import type { GroupConsumerOptions, PartitionLag } from './group-consumer-types.ts'
import { GroupCoordinator } from './group-coordinator.ts'
import type { GroupEvents } from './group-events.ts'
import { GroupHooks } from './group-hooks.ts'
import { GroupMembership } from './group-membership.ts'
import { OffsetCommitter } from './offset-committer.ts'
import { type OwnedPartition, toTopicPartition } from './owned-partition.ts'
import { Progress } from './progress.ts'
import { repeat } from './repeat.ts'

const LAG_INTERVAL_MS = 5_000
/** What committing and leaving get when draining has used up the time of a close. */
const MIN_GOODBYE_MS = 1_000

export interface GroupMemberOptions {
  readonly cluster: Cluster
  readonly config: GroupConsumerConfig
  readonly hooks: Pick<GroupConsumerOptions<TopicLike>, 'topics' | 'onAssigned' | 'onRevoked' | 'onLost'>
  readonly memberId: string
  readonly events: GroupEvents
}

/**
 * One member of a group: holds together the membership (heartbeats), the reconciler (which partitions), the reader (their records), the committer
 * (how far they are done) and the watch (whether the application lives).
 */
export class GroupMember {
  readonly reader: Reader
  readonly #options: GroupMemberOptions
  readonly #topics: AssignedTopics
  readonly #membership: GroupMembership
  readonly #reconciler: AssignmentReconciler
  readonly #committer: OffsetCommitter
  readonly #watch: ApplicationWatch
  readonly #hooks: GroupHooks
  readonly #progress = new Progress(() => this.#reconciler.partitions())
  readonly #ended = new AbortController()
  readonly #timers: Timer[] = []
  #starting: Promise<void> | undefined
  #isSuspended = false
  #isStopped = false

  constructor(options: GroupMemberOptions) {
    const { cluster, config, memberId } = options
    const { clock } = cluster.config.doors
    const coordinator = new GroupCoordinator(cluster, config.group)
    this.#options = options
    this.#hooks = new GroupHooks((error) => this.fail(error))
    this.#topics = new AssignedTopics(cluster, options.hooks.topics)
    this.reader = new Reader({
      cluster,
      config: config.fetch,
      onFinished: (_, isRead) => this.#onBatchFinished(isRead),
      onReset: (state, error) => this.#onReset(state, error),
    })
    this.#membership = this.#newMembership(coordinator, memberId)
    this.#reconciler = this.#newReconciler(coordinator)
    this.#committer = this.#newCommitter(coordinator, memberId)
    this.#watch = new ApplicationWatch({
      clock,
      maxPollIntervalMs: config.maxPollIntervalMs,
      sessionTimeoutMs: () => this.#membership.sessionTimeoutMs,
      sign: () => this.#progress.work?.sign,
      onOverdue: (durationMs) => this.#onOverdue(durationMs),
      onStall: (kind, durationMs) => options.events.emit('stall', { kind, durationMs }),
    })
  }

  /** The application asks for more, through `work`: joins the group if need be. Rejects with what makes that impossible. */
  async begin(work: WorkInHand): Promise<void> {
    if (this.#ended.signal.aborted || this.#isStopped) return
    this.#progress.work = work
    this.#starting ??= this.#start()
    try {
      await this.#starting
    } catch (error) {
      this.#starting = undefined
      if (!this.#ended.signal.aborted) throw error
      return
    }
    this.comeBack()
    if (!this.#isSuspended && !this.#ended.signal.aborted && !this.#isStopped) this.#membership.start()
  }

  /** The application has shown a sign of life: if it was thrown out for the lack of one, it joins again. */
  comeBack(): void {
    if (!this.#isSuspended || this.#watch.isOverdue || this.#isStopped) return
    this.#isSuspended = false
    this.#membership.start()
  }

  /** Work on a partition has come to an end. */
  notifySettled(isBatchDone: boolean): void {
    this.comeBack()
    this.#reconciler.notifySettled()
    if (isBatchDone && this.#options.config.commit === 'batch') this.#requestCommit()
  }

  /** Makes the iteration throw. */
  fail(error: unknown): void {
    this.reader.source.fail(error)
  }

  signalOf(state: PartitionState): AbortSignal {
    const owned = this.#reconciler.partitions().find((candidate) => candidate.state === state)
    return owned?.aborting.signal ?? AbortSignal.abort(new KafkaError('CLOSED', 'The partition is no longer this member’s.'))
  }

  /** Nothing of the partition is to be begun: it is paused, or sought elsewhere. */
  withhold(state: PartitionState): void {
    this.#progress.work?.withhold(state)
  }

  lag(): PartitionLag[] {
    return this.#reconciler.partitions().flatMap(({ topic, partition, state: { position, highWatermark } }) => {
      if (position === undefined || highWatermark === undefined) return []
      return [{ topic, partition, position, highWatermark, lag: Math.max(0, highWatermark - position) }]
    })
  }

  /** See `GroupConsumer.commit`. */
  async commit(offsets: readonly TopicPartitionOffset[] | undefined): Promise<void> {
    const collect = offsets === undefined ? this.#progress.vouchedFor() : this.#progress.named(offsets)
    await this.#committer.commit({ collect: () => collect, timeoutMs: this.#options.cluster.config.retryTimeoutMs })
  }

  /** See `GroupConsumer.stop`. */
  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#reconciler.withholdAll()
    this.reader.source.close(new KafkaError('CLOSED', 'The consumer is closed.'))
  }

  /** Ends everything: waits for what is in hand, commits, leaves. Never rejects: what fails has been told by events. */
  async close(drainMs: number): Promise<void> {
    const { clock } = this.#options.cluster.config.doors
    const deadlineMs = clock.monotonic() + drainMs
    const leftMs = (): number => Math.max(MIN_GOODBYE_MS, deadlineMs - clock.monotonic())
    this.stop()
    await this.#reconciler.drain(drainMs)
    this.#reconciler.freeze()
    const announced = this.#reconciler.takeAnnounced()
    if (announced.length > 0) await this.#onRevoked(announced, leftMs())
    this.#end(new KafkaError('CLOSED', 'The consumer is closed.'))
    await this.#membership.leave(leftMs())
  }

  /** Ends everything at once, but for the goodbye, which takes its course. */
  closeNow(reason: KafkaError): Promise<void> {
    this.reader.source.close(reason)
    this.#isStopped = true
    const lost = this.#reconciler.drop(reason)
    if (lost.length > 0) this.#onLost(lost, reason)
    this.#end(reason)
    return this.#membership.leave(MIN_GOODBYE_MS)
  }

  #end(reason: KafkaError): void {
    this.#ended.abort(reason)
    this.#watch.stop()
    for (const timer of this.#timers) timer.cancel()
    this.#reconciler.drop(reason)
    this.reader.close(reason)
  }

  async #start(): Promise<void> {
    const { cluster, config } = this.#options
    const { clock } = cluster.config.doors
    await this.#topics.begin(this.#ended.signal)
    this.#ended.signal.throwIfAborted()
    this.reader.start()
    this.#watch.start()
    if (config.commit === 'interval') this.#timers.push(repeat(clock, config.commitIntervalMs, () => this.#requestCommit()))
    this.#timers.push(repeat(clock, LAG_INTERVAL_MS, () => this.#tellLag()))
  }

  #tellLag(): void {
    const { events } = this.#options
    if (events.has('lag')) events.emit('lag', { partitions: this.lag() })
  }

  #onBatchFinished(isRead: boolean): void {
    this.#reconciler.notifySettled()
    if (isRead && this.#progress.work?.isSequential === true && this.#options.config.commit === 'batch') this.#requestCommit()
  }

  #onReset({ topic, partition }: PartitionState, error: KafkaError): void {
    const to = this.#options.config.fetch.onOffsetOutOfRange
    if (to !== 'error') this.#options.events.emit('reset', { topic: topic.name, partition, to, error })
  }

  /** The application has worked on one thing for too long: others shall have its partitions, and it hears of it. */
  #onOverdue(durationMs: number): void {
    const { config, cluster } = this.#options
    const message = `the application has worked on one thing for ${Math.round(durationMs)} ms, longer than maxPollIntervalMs (${config.maxPollIntervalMs})`
    cluster.config.logger?.error(`${message}: it leaves group "${config.group}" until it is back`)
    this.#isSuspended = true
    this.#membership.suspend(new KafkaError('TIMED_OUT', `${message}.`), config.closeTimeoutMs)
  }

  #requestCommit(): void {
    const { commitIntervalMs } = this.#options.config
    this.#committer.request({ collect: () => this.#progress.done(), timeoutMs: commitIntervalMs })
  }

  #newCommitter(coordinator: GroupCoordinator, memberId: string): OffsetCommitter {
    const { cluster, events, config } = this.#options
    const membership = this.#membership
    return new OffsetCommitter({
      coordinator,
      clock: cluster.config.doors.clock,
      newBackoff: () => cluster.newBackoff(),
      signal: this.#ended.signal,
      member: {
        memberId,
        get memberEpoch() {
          return membership.memberEpoch
        },
        get isMember() {
          return membership.isMember
        },
      },
      isOwned: (owned) => this.#reconciler.isOwned(owned),
      onFenced: (error) => membership.onFenced(error),
      onCommitted: (offsets) => events.emit('committed', { offsets }),
      onFailed: (offsets, error) => {
        cluster.config.logger?.error(`offsets of group "${config.group}" could not be committed: ${error.message}`)
        events.emit('commitFailed', { offsets, error })
      },
    })
  }

  #newMembership(coordinator: GroupCoordinator, memberId: string): GroupMembership {
    const { cluster, config, events } = this.#options
    const { group: groupId, instanceId, rackId, assignor, rebalanceTimeoutMs, subscribed } = config
    return new GroupMembership({
      identity: { groupId, memberId, instanceId, rackId, assignor, rebalanceTimeoutMs, subscribed },
      coordinator,
      clock: cluster.config.doors.clock,
      backoff: cluster.newBackoff(),
      requestTimeoutMs: cluster.config.requestTimeoutMs,
      logger: cluster.config.logger,
      listener: {
        ownedVersion: () => this.#reconciler.version,
        ownedPartitions: () => this.#reconciler.toTell(),
        onJoined: (memberEpoch) => events.emit('joined', { memberId, memberEpoch }),
        onAssignment: (assignment) => this.#reconciler.assign(assignment),
        onLost: (reason) => this.#reconciler.lose(reason),
        onFailed: (error) => this.fail(error),
        onSilence: (durationMs) => events.emit('stall', { kind: 'coordinator', durationMs }),
      },
    })
  }

  #newReconciler(coordinator: GroupCoordinator): AssignmentReconciler {
    const { cluster, config } = this.#options
    return new AssignmentReconciler({
      cluster,
      coordinator,
      reader: this.reader,
      topics: this.#topics,
      from: config.from,
      rebalanceTimeoutMs: config.rebalanceTimeoutMs,
      isWorkingOn: (owned) => this.#progress.isWorkingOn(owned),
      withhold: ({ state }) => this.#progress.work?.withhold(state),
      onAssigned: (started) => this.#onAssigned(started),
      onRevoked: (partitions, timeoutMs) => this.#onRevoked(partitions, timeoutMs),
      onLost: (partitions, reason) => this.#onLost(partitions, reason),
      onGivenUp: () => this.#membership.tell(),
    })
  }

  async #onAssigned(started: readonly StartedPartition[]): Promise<void> {
    const { events, hooks, config } = this.#options
    const partitions = started.map(({ owned }) => toTopicPartition(owned))
    events.emit('assigned', { partitions })
    this.#tellStarts(started)
    if (hooks.onAssigned !== undefined) await this.#hooks.run(() => hooks.onAssigned?.(partitions))
    // Where the group has committed nothing, the place it begins at is worth a commit: another member would begin at its own idea of "latest".
    if (config.commit !== 'manual' && started.some(({ because }) => because !== 'committed')) this.#requestCommit()
  }

  #tellStarts(started: readonly StartedPartition[]): void {
    const { events, cluster, config } = this.#options
    const partitions = started.map(({ owned, because }) => ({ ...toTopicPartition(owned), offset: owned.state.position ?? -1, because }))
    events.emit('started', { partitions })
    for (const { topic, partition, offset, because } of partitions) {
      const why =
        because === 'committed'
          ? 'where the group was'
          : because === 'added'
            ? 'its beginning, as it is new'
            : `${describeStart(because)}, as nothing was committed`
      cluster.config.logger?.info(`group "${config.group}" reads partition ${partition} of topic "${topic}" from offset ${offset}: ${why}`)
    }
  }

  async #onRevoked(revoked: readonly OwnedPartition[], timeoutMs: number): Promise<void> {
    const { events, hooks, config } = this.#options
    const partitions = revoked.map(toTopicPartition)
    if (hooks.onRevoked !== undefined) await this.#hooks.run(() => hooks.onRevoked?.(partitions))
    // What fails here has been told as `commitFailed`; the partitions go all the same.
    if (config.commit !== 'manual')
      await this.#committer.commit({ collect: () => this.#progress.done(revoked), timeoutMs }).catch(() => undefined)
    events.emit('revoked', { partitions })
  }

  #onLost(lost: readonly OwnedPartition[], reason: KafkaError): void {
    const { events, hooks, cluster, config } = this.#options
    const partitions = lost.map(toTopicPartition)
    cluster.config.logger?.warn(`a member of group "${config.group}" has lost ${partitions.length} partitions: ${reason.message}`)
    events.emit('lost', { partitions, reason })
    if (hooks.onLost !== undefined) void this.#hooks.run(() => hooks.onLost?.(partitions, reason))
  }
}

function describeStart(start: 'earliest' | 'latest' | Date | { readonly timestamp: number | Date }): string {
  if (typeof start === 'string') return start
  const timestamp = start instanceof Date ? start : start.timestamp
  return `the first record since ${new Date(timestamp).toISOString()}`
}
