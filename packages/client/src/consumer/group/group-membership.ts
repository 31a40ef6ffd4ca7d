import type { Clock, Timer } from '@kafka-ts/io'
import {
  apis,
  type ConsumerGroupHeartbeatResponse,
  JOIN_GROUP_EPOCH,
  KafkaError,
  LEAVE_GROUP_EPOCH,
  LEAVE_GROUP_STATIC_EPOCH,
  type TopicPartitions,
} from '@kafka-ts/protocol'
import type { Backoff } from '../../connection/backoff.ts'
import { toKafkaError } from '../../errors.ts'
import type { Logger } from '../../kafka-options.ts'
import type { GroupCoordinator } from './group-coordinator.ts'
import { heartbeatRequest, leaveRequest, type MemberIdentity } from './heartbeat-request.ts'

/** How long another process may hold this member's `instanceId`: a process that died holds it for the rest of its session. */
const INSTANCE_ID_PATIENCE_MS = 60_000
/** A heartbeat that waited for less than this share of its time, without news, was not parked: the next one then waits at this side. */
const PARKED_SHARE = 0.5
/** How much of a session one heartbeat without an answer may take. */
const ANSWER_SHARE = 1 / 3
const STALL_SHARE = 1 / 2
/** While the session timeout is not known. */
const FIRST_ANSWER_MS = 10_000

/** What a membership asks of its owner, and tells it. Calls come one at a time, and none after `leave` or `abandon`. */
export interface MembershipListener {
  /** Rises whenever what the member works on changes. */
  ownedVersion(): number
  /** Everything the member still works on. */
  ownedPartitions(): TopicPartitions
  onJoined(memberEpoch: number): void
  /** All that the member may work on from now on. */
  onAssignment(assignment: TopicPartitions): void
  /** The member is out; it works on nothing any more, and joins again by itself. */
  onLost(reason: KafkaError): void
  /** The member is out and stays out until `start`. */
  onFailed(error: KafkaError): void
  /** The coordinator was not heard of for half the session timeout. */
  onSilence(durationMs: number): void
}

export interface GroupMembershipOptions {
  readonly identity: MemberIdentity
  readonly coordinator: GroupCoordinator
  readonly clock: Clock
  readonly backoff: Backoff
  readonly requestTimeoutMs: number
  readonly logger: Logger | undefined
  readonly listener: MembershipListener
}

/** One heartbeat under way. */
interface Beat {
  readonly life: number
  readonly number: number
  readonly ownedVersion: number
  /** Whether it tells the coordinator something, so that it is answered at once. */
  readonly isTelling: boolean
  sentAtMs: number
}

/**
 * The membership of one consumer in its group: a loop of heartbeats that runs beside the application and never waits for it. One heartbeat is always parked at
 * the coordinator, so that a new assignment arrives at once; another is sent when there is something to tell.
 *
 * A member that was not answered within its session timeout takes itself for lost, counted from when it sent the last heartbeat that was answered: the coordinator counts from when it
 * received that, so the member is never later than the coordinator.
 */
export class GroupMembership {
  readonly #options: GroupMembershipOptions
  /** Rises when the member is lost: answers to heartbeats of an earlier life mean nothing. */
  #life = 0
  #isActive = false
  #memberEpoch = JOIN_GROUP_EPOCH
  #isFullNeeded = true
  #lastBeat = 0
  #toldVersion = -1
  #heartbeatIntervalMs = 0
  #sessionTimeoutMs = 0
  #heardAtMs = 0
  #isSilent = false
  #isRetrying = false
  #instanceIdDeadlineMs: number | undefined
  #nextBeat: Timer | undefined
  #session: Timer | undefined
  #leaving: Promise<void> = Promise.resolve()

  constructor(options: GroupMembershipOptions) {
    this.#options = options
  }

  get memberEpoch(): number {
    return this.#memberEpoch
  }

  /** Whether the group has taken the member in, as far as it knows. */
  get isMember(): boolean {
    return this.#isActive && this.#memberEpoch > 0
  }

  /** 0 before the first answer. */
  get sessionTimeoutMs(): number {
    return this.#sessionTimeoutMs
  }

  /** Joins, and stays. Does nothing when it does already. */
  start(): void {
    if (this.#isActive) return
    this.#isActive = true
    this.#instanceIdDeadlineMs = undefined
    const life = this.#life
    void this.#leaving.then(() => {
      if (this.#isActive && this.#life === life) this.#beat()
    })
  }

  /** What the member works on has changed, and somebody waits for that. */
  tell(): void {
    // While the coordinator cannot be reached it is told with the next try.
    if (this.isMember && !this.#isRetrying) this.#beat()
  }

  /** The member was refused under its epoch elsewhere: it is out, and joins again. */
  onFenced(reason: KafkaError): void {
    if (!this.isMember) return
    this.#lose(reason)
    this.#retry()
  }

  /** Gives the membership up at once, loudly; `start` joins again. */
  suspend(reason: KafkaError, timeoutMs: number): void {
    if (!this.#isActive) return
    this.#lose(reason)
    void this.leave(timeoutMs)
  }

  /** Ends the heartbeats and says goodbye, once. Who cannot be told finds out when the session ends. Never rejects. */
  leave(timeoutMs: number): Promise<void> {
    if (this.#isActive) {
      const hasJoined = this.#lastBeat > 0
      this.abandon()
      if (hasJoined) this.#leaving = this.#sayGoodbye(timeoutMs)
    }
    return this.#leaving
  }

  /** Ends the heartbeats without a word. Idempotent. */
  abandon(): void {
    this.#isActive = false
    this.#reset()
  }

  async #sayGoodbye(timeoutMs: number): Promise<void> {
    const { coordinator, identity, logger, clock } = this.#options
    const epoch = identity.instanceId === undefined ? LEAVE_GROUP_EPOCH : LEAVE_GROUP_STATIC_EPOCH
    const gaveUp = new AbortController()
    const goodbye = coordinator.request(apis.consumerGroupHeartbeat, leaveRequest(identity, epoch), Math.max(1, timeoutMs))
    const timeout = clock.sleep(timeoutMs, gaveUp.signal)
    try {
      await Promise.race([goodbye, timeout])
    } catch (error) {
      logger?.debug(`group "${identity.groupId}" could not be left: ${toKafkaError(error, 'leave').message}`)
    }
    goodbye.catch(() => undefined)
    timeout.catch(() => undefined)
    gaveUp.abort()
  }

  #beat(): void {
    this.#nextBeat?.cancel()
    this.#isRetrying = false
    const version = this.#options.listener.ownedVersion()
    const isTelling = this.#isFullNeeded || version !== this.#toldVersion
    void this.#exchange({ life: this.#life, number: ++this.#lastBeat, ownedVersion: version, isTelling, sentAtMs: this.#nowMs() })
  }

  async #exchange(beat: Beat): Promise<void> {
    const { coordinator, identity, listener, requestTimeoutMs } = this.#options
    try {
      const connection = await coordinator.connect()
      if (!this.#isCurrent(beat)) return
      beat.sentAtMs = this.#nowMs()
      // Parked requests take places among those that a connection may have under way: they are to leave room for commits.
      const canPark = this.#memberEpoch > 0 && connection.inFlightCount * 2 < connection.hello.maxInFlight
      const maxWaitMs = canPark ? this.#heartbeatIntervalMs : 0
      const request = heartbeatRequest(identity, {
        memberEpoch: this.#memberEpoch,
        isFull: this.#isFullNeeded,
        ownedPartitions: beat.isTelling ? listener.ownedPartitions() : undefined,
        maxWaitMs,
      })
      const answerMs = Math.min(requestTimeoutMs, this.#sessionTimeoutMs === 0 ? FIRST_ANSWER_MS : this.#sessionTimeoutMs * ANSWER_SHARE)
      const { response } = await connection.request(apis.consumerGroupHeartbeat, { request, timeoutMs: maxWaitMs + answerMs })
      if (this.#isCurrent(beat)) this.#onAnswer(beat, response)
    } catch (cause) {
      const error = toKafkaError(cause, 'heartbeat')
      coordinator.forgetAfter(error)
      if (this.#isCurrent(beat)) this.#onFailure(beat, error)
    }
  }

  #isCurrent(beat: Beat): boolean {
    return this.#isActive && beat.life === this.#life
  }

  #onAnswer(beat: Beat, response: ConsumerGroupHeartbeatResponse): void {
    const { listener, backoff } = this.#options
    const { memberEpoch, assignment } = response
    this.#heartbeatIntervalMs = response.heartbeatIntervalMs
    this.#sessionTimeoutMs = response.sessionTimeoutMs
    this.#hear(beat.sentAtMs)
    backoff.reset()
    this.#instanceIdDeadlineMs = undefined
    const hasMoved = memberEpoch !== this.#memberEpoch
    // An answer that was overtaken by a newer one has nothing new.
    if (memberEpoch >= this.#memberEpoch) {
      const isJoining = this.#memberEpoch === JOIN_GROUP_EPOCH
      this.#memberEpoch = memberEpoch
      this.#isFullNeeded = false
      if (beat.isTelling) this.#toldVersion = Math.max(this.#toldVersion, beat.ownedVersion)
      if (isJoining) listener.onJoined(memberEpoch)
      if (assignment !== null) listener.onAssignment(assignment)
    }
    if (this.#isCurrent(beat) && beat.number === this.#lastBeat) this.#beatAfter(beat, hasMoved || assignment !== null)
  }

  /** The next heartbeat: at once when this one was parked, or when there may be more to hear or to tell. */
  #beatAfter(beat: Beat, hasNews: boolean): void {
    const waitedMs = this.#nowMs() - beat.sentAtMs
    const isDue = hasNews || beat.isTelling || waitedMs >= this.#heartbeatIntervalMs * PARKED_SHARE
    if (isDue || this.#options.listener.ownedVersion() !== this.#toldVersion) this.#beat()
    else this.#beatIn(this.#heartbeatIntervalMs - waitedMs)
  }

  #onFailure(beat: Beat, error: KafkaError): void {
    const { identity, listener, logger } = this.#options
    switch (error.code) {
      case 'UNKNOWN_MEMBER_ID':
      case 'FENCED_MEMBER_EPOCH':
        logger?.warn(`member ${identity.memberId} of group "${identity.groupId}" is out and joins again: ${error.message}`)
        this.#lose(error)
        this.#retry()
        return
      case 'UNRELEASED_INSTANCE_ID':
        if (this.#mayWaitForInstanceId()) break
        this.#fail(error)
        return
      default:
        if (error.retriable) break
        this.#fail(error)
        return
    }
    logger?.warn(`heartbeat in group "${identity.groupId}" failed, will be tried again: ${error.message}`)
    this.#isFullNeeded = true
    const silentMs = this.#nowMs() - this.#heardAtMs
    if (this.isMember && !this.#isSilent && silentMs >= this.#sessionTimeoutMs * STALL_SHARE) {
      this.#isSilent = true
      listener.onSilence(silentMs)
    }
    if (beat.number === this.#lastBeat) this.#retry()
  }

  #mayWaitForInstanceId(): boolean {
    this.#instanceIdDeadlineMs ??= this.#nowMs() + INSTANCE_ID_PATIENCE_MS
    return this.#nowMs() < this.#instanceIdDeadlineMs
  }

  #fail(error: KafkaError): void {
    this.#lose(error)
    this.#isActive = false
    this.#options.listener.onFailed(error)
  }

  #lose(reason: KafkaError): void {
    this.#reset()
    this.#options.listener.onLost(reason)
  }

  #reset(): void {
    this.#life++
    this.#memberEpoch = JOIN_GROUP_EPOCH
    this.#isFullNeeded = true
    this.#toldVersion = -1
    this.#isRetrying = false
    this.#nextBeat?.cancel()
    this.#session?.cancel()
  }

  #retry(): void {
    this.#beatIn(this.#options.backoff.next())
    this.#isRetrying = true
  }

  #beatIn(delayMs: number): void {
    this.#nextBeat?.cancel()
    this.#nextBeat = this.#options.clock.setTimer(delayMs, () => this.#beat())
  }

  /** A heartbeat that was sent then has been answered. */
  #hear(sentAtMs: number): void {
    this.#isSilent = false
    this.#heardAtMs = Math.max(this.#heardAtMs, sentAtMs)
    this.#session?.cancel()
    const leftMs = this.#heardAtMs + this.#sessionTimeoutMs - this.#nowMs()
    this.#session = this.#options.clock.setTimer(leftMs, () => this.#onSessionEnd())
  }

  #onSessionEnd(): void {
    const { identity, logger } = this.#options
    const message = `the coordinator of group "${identity.groupId}" was not heard of for ${this.#sessionTimeoutMs} ms`
    logger?.warn(`${message}: member ${identity.memberId} stops working on its partitions`)
    this.#lose(new KafkaError('TIMED_OUT', `${message}.`))
    this.#beat()
  }

  #nowMs(): number {
    return this.#options.clock.monotonic()
  }
}
