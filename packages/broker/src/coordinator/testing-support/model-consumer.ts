import type { OwnedPartitions } from '../group/consumer/reconcile.ts'
import type { ConsumerHistory, ConsumerIdentity } from './consumer-history.ts'
import { GROUP, type GroupRig } from './group-rig.ts'
import { TestConsumer } from './test-consumer.ts'

/** How a consumer of the model sends a heartbeat. */
export interface ModelBeat {
  readonly maxWaitMs: number
  /** The answer does not come. */
  readonly isLost: boolean
  /** The answer takes its time. */
  readonly isSlow: boolean
  /** -1: as before. */
  readonly rebalanceTimeoutMs: number
}

/** A consumer of the model: does one thing at a time when it is told to, and checks what it is answered. */
export class ModelConsumer {
  readonly #rig: GroupRig
  readonly #history: ConsumerHistory
  readonly #name: string
  #lives = 0
  #incarnation = 0
  #self: TestConsumer
  /** Who it was before: what a zombie would still send. */
  #former: { readonly identity: ConsumerIdentity; readonly owned: OwnedPartitions } | undefined
  #isWaiting = false
  #missedAnswer = false

  constructor(rig: GroupRig, history: ConsumerHistory, name: string) {
    this.#rig = rig
    this.#history = history
    this.#name = name
    this.#self = this.#newSelf()
  }

  /** Numbers of the partitions of `orders` it works on. */
  get numbers(): readonly number[] {
    return this.#self.numbers
  }

  get isJoined(): boolean {
    return this.#self.epoch > 0
  }

  /** Sends a heartbeat, which may wait for news, and does not wait for its answer. */
  beat({ maxWaitMs, isLost, isSlow, rebalanceTimeoutMs }: ModelBeat): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    const self = this.#self
    if (self.epoch === 0) this.#incarnation = this.#history.newIncarnation()
    const incarnation = this.#incarnation
    // After an answer that did not come it says everything, as clients do.
    const answer =
      this.#missedAnswer && self.epoch > 0 ? self.sendAll() : self.send(self.epoch > 0 ? { maxWaitMs, rebalanceTimeoutMs } : { maxWaitMs })
    this.#missedAnswer = false
    void answer
      .then(async (result) => {
        this.#history.onJoined(self.memberId, incarnation)
        if (isSlow) await this.#rig.doors.clock.sleep(40)
        if (self !== this.#self) return
        if (isLost) this.#missedAnswer = true
        else this.#obey(result)
      })
      .catch((error: { readonly code?: string }) => {
        if (self === this.#self) this.#onRefused(error.code)
      })
      .finally(() => {
        if (self === this.#self) this.#isWaiting = false
      })
  }

  /** Commits a partition that it works on. */
  async commit(choice: number): Promise<void> {
    await this.#commit(this.#identity(), this.#self.owned, choice)
  }

  /** Whoever it was before the last time it began anew commits what it worked on. */
  async commitAsZombie(choice: number): Promise<void> {
    if (this.#former === undefined) return
    await this.#commit(this.#former.identity, this.#former.owned, choice)
  }

  /** Begins anew without a word, under another id. */
  crash(): void {
    this.#remember()
    this.#lives++
    this.#self = this.#newSelf()
    this.#isWaiting = false
    this.#missedAnswer = false
  }

  /** Begins anew under its id, as one that lost its way. */
  joinAgain(): void {
    this.#remember()
    const { memberId } = this.#self
    this.#self = new TestConsumer(this.#rig, memberId, this.#self.options)
    this.#isWaiting = false
    this.#missedAnswer = false
  }

  async leave(): Promise<void> {
    const self = this.#self
    this.crash()
    if (self.epoch > 0) await self.leave().catch(() => undefined)
  }

  /** A member in good standing works only on what the coordinator says it has. */
  async check(): Promise<void> {
    const { memberId, epoch, owned } = this.#self
    if (epoch <= 0) return
    await this.#rig
      .see((state) => {
        const group = state.groups.get(GROUP)
        const member = group?.type === 'consumer' ? group.members.get(memberId) : undefined
        if (member === undefined) return
        const { current } = member
        if (epoch !== current.memberEpoch && epoch !== current.previousMemberEpoch) return
        for (const { topicId, partitions } of owned) {
          for (const partition of partitions) {
            const has = current.assigned.get(topicId)?.has(partition) || current.pendingRevocation.get(topicId)?.has(partition)
            if (has !== true) this.#history.violations.push(`${memberId} works on ${partition} in epoch ${epoch} and does not have it`)
          }
        }
      })
      .catch(() => undefined)
  }

  /** Of the topic that is there now alone: doors tell topics of one name apart. */
  async #commit(by: ConsumerIdentity, owned: OwnedPartitions, choice: number): Promise<void> {
    const topicId = this.#rig.image.topics.get('orders')?.id
    const partitions = owned.find((own) => own.topicId === topicId)?.partitions ?? []
    const partition = partitions[choice % Math.max(1, partitions.length)]
    if (partition !== undefined) await this.#history.commit(by, partition)
  }

  #identity(): ConsumerIdentity {
    const { memberId, epoch } = this.#self
    return { memberId, memberEpoch: epoch, incarnation: this.#incarnation }
  }

  #remember(): void {
    if (this.#self.epoch > 0) this.#former = { identity: this.#identity(), owned: this.#self.owned }
  }

  #newSelf(): TestConsumer {
    return new TestConsumer(this.#rig, `${this.#name}-${this.#lives}`, { rebalanceTimeoutMs: 4000 })
  }

  #obey(result: Parameters<TestConsumer['obey']>[0]): void {
    if (result.assignment !== null) this.#history.assignments++
    this.#self.obey(result)
  }

  #onRefused(code: string | undefined): void {
    if (code === undefined) this.#history.violations.push('a request failed with something that is no error of Kafka')
    this.#missedAnswer = true
    if (code === 'UNKNOWN_MEMBER_ID' || code === 'FENCED_MEMBER_EPOCH') this.joinAgain()
  }
}
