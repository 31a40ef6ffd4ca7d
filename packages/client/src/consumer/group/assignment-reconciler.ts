import { KafkaError, type TopicPartitions } from '@kafka-ts/protocol'
import type { Cluster } from '../../cluster/cluster.ts'
import type { Backoff } from '../../connection/backoff.ts'
import { toKafkaError } from '../../errors.ts'
import type { AnyTopic } from '../../topic.ts'
import type { Reader } from '../reader.ts'
import { resolveStarts } from '../start-resolver.ts'
import type { AssignedTopics } from './assigned-topics.ts'
import { fetchCommittedOffsets } from './committed-offsets.ts'
import type { GroupStart } from './group-consumer-types.ts'
import type { GroupCoordinator } from './group-coordinator.ts'
import { fromWire, type OwnedPartition, partitionKey, type TopicIdPartition, toWire } from './owned-partition.ts'

/** The part of the rebalance timeout in which a partition is drained; the rest is for its commit and for telling the coordinator. */
const DRAIN_SHARE = 0.8
const NOTHING_COMMITTED = -1

/** A partition that the member begins to work on, and why it begins where it does. */
export interface StartedPartition {
  readonly owned: OwnedPartition
  readonly because: 'committed' | 'added' | GroupStart
}

export interface AssignmentReconcilerOptions {
  readonly cluster: Cluster
  readonly coordinator: GroupCoordinator
  readonly reader: Reader
  readonly topics: AssignedTopics
  readonly from: GroupStart
  readonly rebalanceTimeoutMs: number
  /** Whether the application may still be at work on the partition. */
  readonly isWorkingOn: (owned: OwnedPartition) => boolean
  /** Nothing of the partition is to be begun any more. */
  readonly withhold: (owned: OwnedPartition) => void
  /** Awaited before the first record is given. */
  readonly onAssigned: (started: readonly StartedPartition[]) => Promise<void>
  /** Awaited before the coordinator is told: the time to commit, which ends with the signal or after `timeoutMs`. */
  readonly onRevoked: (partitions: readonly OwnedPartition[], timeoutMs: number) => Promise<void>
  readonly onLost: (partitions: readonly OwnedPartition[], reason: KafkaError) => void
  /** Partitions were given up: the coordinator wants to know. */
  readonly onGivenUp: () => void
}

/**
 * Brings what the member works on to what the coordinator has assigned. New partitions begin at once; those that go are drained, committed and
 * only then given up, each as soon as it is ready; partitions that stay notice nothing.
 *
 * A partition counts as owned from the assignment that names it to the moment it was given up, and is given up only if the newest assignment does not name it.
 */
export class AssignmentReconciler {
  readonly #options: AssignmentReconcilerOptions
  readonly #owned = new Map<string, OwnedPartition>()
  #target = new Map<string, TopicIdPartition>()
  #version = 0
  /** Aborts when the member is lost: whatever is under way then has nothing left to do. */
  #life = new AbortController()
  #isAdopting = false
  #isGivingUp = false
  #isFrozen = false
  #settled: PromiseWithResolvers<void> | undefined

  constructor(options: AssignmentReconcilerOptions) {
    this.#options = options
  }

  /** Rises whenever `toTell` changes. */
  get version(): number {
    return this.#version
  }

  /** What the member works on, or is about to. */
  toTell(): TopicPartitions {
    return toWire(new Map<string, TopicIdPartition>([...this.#owned, ...this.#target]).values())
  }

  partitions(): OwnedPartition[] {
    return [...this.#owned.values()]
  }

  isOwned(owned: OwnedPartition): boolean {
    return this.#owned.get(partitionKey(owned)) === owned
  }

  /** All that the member may work on from now on. */
  assign(assignment: TopicPartitions): void {
    if (this.#isFrozen) return
    this.#target = new Map(fromWire(assignment).map((partition) => [partitionKey(partition), partition]))
    this.#version++
    if (!this.#isGivingUp) void this.#giveUpWhatGoes()
    if (!this.#isAdopting) void this.#adoptWhatComes()
  }

  /** The application is done with something. */
  notifySettled(): void {
    this.#settled?.resolve()
    this.#settled = undefined
  }

  /** Nothing more is given of anything that is owned now. */
  withholdAll(): void {
    for (const owned of this.partitions()) this.#withhold(owned)
  }

  /** Waits for what the application has in hand, at most so long; then aborts its work. */
  async drain(timeoutMs: number): Promise<void> {
    const { clock } = this.#options.cluster.config.doors
    const deadlineMs = clock.monotonic() + timeoutMs
    this.withholdAll()
    while (this.partitions().some(this.#options.isWorkingOn)) {
      if (clock.monotonic() >= deadlineMs) {
        for (const { aborting } of this.#owned.values()) aborting.abort(new KafkaError('CLOSED', 'The consumer is closing.'))
        return
      }
      await this.#settledBefore(deadlineMs, this.#life.signal)
    }
  }

  /**
   * Nothing comes and nothing goes any more: what is announced is the caller's to call off and to commit. Who gave a partition up in the meantime would hand it on
   * before that is done.
   */
  freeze(): void {
    this.#isFrozen = true
  }

  /** Everything is gone: nobody works on it any more. */
  lose(reason: KafkaError): void {
    const lost = this.drop(reason)
    if (lost.length > 0) this.#options.onLost(lost, reason)
  }

  /** As `lose`, but what was announced is the caller's to tell about. */
  drop(reason: KafkaError): OwnedPartition[] {
    this.#life.abort(reason)
    this.#life = new AbortController()
    this.#isAdopting = false
    this.#isGivingUp = false
    const dropped = this.partitions()
    this.#owned.clear()
    this.#target.clear()
    this.#version++
    for (const owned of dropped) {
      owned.aborting.abort(reason)
      this.#withhold(owned)
      this.#options.reader.subscription.remove(owned.state)
    }
    this.#options.reader.source.notify()
    return this.takeAnnounced(dropped)
  }

  /** Those the application has been told of, which are the caller's to call off: once, whatever ends them. */
  takeAnnounced(partitions: readonly OwnedPartition[] = this.partitions()): OwnedPartition[] {
    const announced = partitions.filter(({ isAnnounced }) => isAnnounced)
    for (const owned of announced) owned.isAnnounced = false
    return announced
  }

  async #adoptWhatComes(): Promise<void> {
    const life = this.#life.signal
    const { cluster } = this.#options
    const backoff = cluster.newBackoff()
    this.#isAdopting = true
    for (let coming = this.#coming(); coming.length > 0 && !this.#isOver(life); coming = this.#coming()) {
      try {
        await this.#adopt(coming, life)
      } catch (cause) {
        if (life.aborted) return
        cluster.config.logger?.warn(
          `where partitions begin could not be found out, will be tried again: ${toKafkaError(cause, 'adopt').message}`,
        )
      }
      if (!this.#isOver(life) && this.#coming().length > 0) await this.#pause(backoff, life)
    }
    if (!life.aborted) this.#isAdopting = false
  }

  #coming(): TopicIdPartition[] {
    return [...this.#target].filter(([key]) => !this.#owned.has(key)).map(([, partition]) => partition)
  }

  async #adopt(coming: readonly TopicIdPartition[], life: AbortSignal): Promise<void> {
    const { coordinator, topics, cluster, reader } = this.#options
    const found = await topics.find(coming, life)
    const known = coming.filter(({ topicIdText }) => found.has(topicIdText))
    if (known.length === 0 || life.aborted) return
    const committed = await fetchCommittedOffsets(coordinator, known)
    const isCurrent = (partition: TopicIdPartition): boolean =>
      committed.has(partitionKey(partition)) && this.#target.has(partitionKey(partition))
    if (this.#isOver(life)) return
    const started = known
      .filter(isCurrent)
      .map((partition) =>
        this.#own(partition, found.get(partition.topicIdText) as AnyTopic, committed.get(partitionKey(partition)) as number),
      )
    if (started.length === 0) return
    const unresolved = started.map(({ owned }) => owned.state).filter(({ start }) => start !== undefined)
    await resolveStarts(cluster, unresolved, life)
    if (this.#isOver(life)) return
    const announced = started.filter(({ owned }) => this.isOwned(owned))
    for (const { owned } of announced) owned.isAnnounced = true
    await this.#options.onAssigned(announced)
    if (life.aborted) return
    for (const { owned } of announced) this.#release(owned)
    reader.poke()
  }

  #own(partition: TopicIdPartition, topic: AnyTopic, committedOffset: number): StartedPartition {
    const { reader, topics, from } = this.#options
    const because = committedOffset !== NOTHING_COMMITTED ? 'committed' : topics.isAdded(partition) ? 'added' : from
    const start = because === 'committed' ? { offset: committedOffset } : because === 'added' ? 'earliest' : because
    const state = reader.subscription.add(topic, partition.partition, start)
    state.isWithheld = true
    const owned = { ...partition, topic: topic.name, state, committedOffset, aborting: new AbortController(), isAnnounced: false }
    this.#owned.set(partitionKey(partition), owned)
    return { owned, because }
  }

  #withhold(owned: OwnedPartition): void {
    owned.state.isWithheld = true
    this.#options.withhold(owned)
  }

  /** Its records may be given, unless it is on its way out. */
  #release(owned: OwnedPartition): void {
    if (!this.#target.has(partitionKey(owned)) || !this.isOwned(owned)) return
    owned.state.isWithheld = false
    this.#options.reader.subscription.enqueue(owned.state)
  }

  async #giveUpWhatGoes(): Promise<void> {
    const life = this.#life.signal
    const { clock } = this.#options.cluster.config.doors
    const deadlines = new Map<OwnedPartition, number>()
    this.#isGivingUp = true
    for (let going = this.#going(); going.length > 0 && !this.#isOver(life); going = this.#going()) {
      const nowMs = clock.monotonic()
      for (const owned of going) {
        if (deadlines.has(owned)) continue
        deadlines.set(owned, nowMs + this.#options.rebalanceTimeoutMs * DRAIN_SHARE)
        this.#withhold(owned)
      }
      const overdue = going.filter((owned) => nowMs >= (deadlines.get(owned) as number))
      for (const { aborting } of overdue) aborting.abort(new KafkaError('REBALANCE_IN_PROGRESS', 'The partition goes to another member.'))
      const ready = going.filter((owned) => overdue.includes(owned) || !this.#options.isWorkingOn(owned))
      if (ready.length > 0) await this.#giveUp(ready, life)
      else await this.#settledBefore(Math.min(...deadlines.values()), life)
      for (const owned of deadlines.keys()) if (this.#takeBack(owned)) deadlines.delete(owned)
    }
    if (!life.aborted) this.#isGivingUp = false
  }

  /** Whether there is nothing left to bring about in this life. */
  #isOver(life: AbortSignal): boolean {
    return life.aborted || this.#isFrozen
  }

  #going(): OwnedPartition[] {
    return this.partitions().filter((owned) => !this.#target.has(partitionKey(owned)))
  }

  /** A partition that was on its way out has been assigned again before it was given up; or is gone. */
  #takeBack(owned: OwnedPartition): boolean {
    if (!this.isOwned(owned)) return true
    if (!this.#target.has(partitionKey(owned))) return false
    this.#release(owned)
    this.#options.reader.poke()
    return true
  }

  async #giveUp(ready: readonly OwnedPartition[], life: AbortSignal): Promise<void> {
    const { onRevoked, onGivenUp, reader, rebalanceTimeoutMs } = this.#options
    const announced = this.takeAnnounced(ready)
    if (announced.length > 0) await onRevoked(announced, rebalanceTimeoutMs * (1 - DRAIN_SHARE))
    if (life.aborted) return
    for (const owned of ready) {
      // Announced as revoked, it begins anew even if it has been assigned again meanwhile.
      owned.aborting.abort(new KafkaError('REBALANCE_IN_PROGRESS', 'The partition goes to another member.'))
      this.#owned.delete(partitionKey(owned))
      reader.subscription.remove(owned.state)
    }
    this.#version++
    onGivenUp()
    if (!this.#isAdopting) void this.#adoptWhatComes()
  }

  async #settledBefore(deadlineMs: number, life: AbortSignal): Promise<void> {
    const { clock } = this.#options.cluster.config.doors
    const woken = new AbortController()
    const stop = (): void => woken.abort()
    life.addEventListener('abort', stop, { once: true })
    const sleep = clock.sleep(deadlineMs - clock.monotonic(), woken.signal).catch(() => undefined)
    this.#settled ??= Promise.withResolvers()
    await Promise.race([this.#settled.promise, sleep])
    life.removeEventListener('abort', stop)
    woken.abort()
  }

  async #pause(backoff: Backoff, life: AbortSignal): Promise<void> {
    await this.#options.cluster.config.doors.clock.sleep(backoff.next(), life).catch(() => undefined)
  }
}
