import type { ConsumerHeartbeatRequest, ConsumerHeartbeatResult, TopicPartitions } from '../group/operations/consumer-heartbeat.ts'
import { GROUP, type GroupRig } from './group-rig.ts'

/** What a consumer of the tests says of itself unless it says otherwise. */
export interface TestConsumerOptions {
  readonly groupId?: string
  readonly topics?: readonly string[]
  readonly regex?: string
  readonly instanceId?: string
  readonly assignor?: string
  readonly rebalanceTimeoutMs?: number
}

/** A member of the consumer protocol that does what it is told: gives up at its next heartbeat what is not its any more. */
export class TestConsumer {
  readonly rig: GroupRig
  readonly memberId: string
  readonly options: TestConsumerOptions
  epoch = 0
  /** Everything it works on. */
  owned: readonly TopicPartitions[] = []
  /** It has something to give up, and says so with its next heartbeat. */
  hasChanged = false
  last: ConsumerHeartbeatResult | undefined

  constructor(rig: GroupRig, memberId: string, options: TestConsumerOptions = {}) {
    this.rig = rig
    this.memberId = memberId
    this.options = options
  }

  /** `topic id/partition` of everything it works on, in order. */
  get partitions(): string[] {
    return this.owned.flatMap(({ topicId, partitions }) => partitions.map((partition) => `${topicId}/${partition}`)).sort()
  }

  /** Numbers of the partitions it works on, where there is one topic. */
  get numbers(): number[] {
    return this.owned.flatMap(({ partitions }) => [...partitions]).sort((one, other) => one - other)
  }

  /** Sends a heartbeat and does what the answer says. `also` is what it says beside what it has to. */
  async beat(also: Partial<ConsumerHeartbeatRequest> = {}): Promise<ConsumerHeartbeatResult> {
    const result = await this.send(also)
    this.obey(result)
    return result
  }

  /** Sends a heartbeat without heeding the answer. */
  send(also: Partial<ConsumerHeartbeatRequest> = {}): Promise<ConsumerHeartbeatResult> {
    const isJoining = this.epoch === 0
    const ownedPartitions = isJoining ? [] : this.hasChanged ? this.owned : null
    return this.rig.consumerHeartbeat({ ...(isJoining ? this.#everything() : this.#nothing()), ownedPartitions, ...also })
  }

  /** Says everything, as after an error. */
  sendAll(): Promise<ConsumerHeartbeatResult> {
    return this.rig.consumerHeartbeat({ ...this.#everything(), ownedPartitions: this.owned })
  }

  obey({ memberEpoch, assignment, ...rest }: ConsumerHeartbeatResult): void {
    this.last = { memberEpoch, assignment, ...rest }
    this.epoch = memberEpoch
    this.hasChanged = false
    if (assignment === null) return
    this.hasChanged = true
    this.owned = assignment
  }

  /** It was fenced, or crashed: it has nothing. */
  reset(): void {
    this.epoch = 0
    this.owned = []
    this.hasChanged = false
  }

  async leave(memberEpoch = -1): Promise<void> {
    await this.rig.consumerHeartbeat({ ...this.#nothing(), memberEpoch, ownedPartitions: null })
    this.reset()
  }

  #everything() {
    const { groupId = GROUP, topics, regex, instanceId, assignor, rebalanceTimeoutMs = 30_000 } = this.options
    return {
      groupId,
      memberId: this.memberId,
      memberEpoch: this.epoch,
      instanceId: instanceId ?? null,
      rebalanceTimeoutMs,
      subscribedTopicNames: topics ?? (regex === undefined ? ['orders'] : []),
      subscribedTopicRegex: regex ?? null,
      serverAssignor: assignor ?? null,
    }
  }

  #nothing() {
    const { groupId = GROUP, instanceId } = this.options
    return { groupId, memberId: this.memberId, memberEpoch: this.epoch, instanceId: instanceId ?? null }
  }
}
