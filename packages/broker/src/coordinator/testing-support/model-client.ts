import { errorCode } from '@kafka-ts/protocol'
import type { JoinResult } from '../group/group-results.ts'
import type { GroupHistory } from './group-history.ts'
import type { GroupRig } from './group-rig.ts'

/** Partitions that the leaders of the model share out. */
export const PARTITIONS = 4

/** Which member a request came from, and of which generation that took itself. */
export interface Identity {
  readonly memberId: string
  readonly generationId: number
}

const FORGET_MEMBER: readonly number[] = [errorCode('UNKNOWN_MEMBER_ID'), errorCode('FENCED_INSTANCE_ID')]

/** A consumer of the model: does one thing at a time when it is told to, and tells the history what it was answered. */
export class ModelClient {
  readonly #rig: GroupRig
  readonly #history: GroupHistory
  #memberId = ''
  #joined: JoinResult | undefined
  /** Who it was before: what a zombie would still send. */
  #former: Identity | undefined
  #isWaiting = false
  /** What a consumer would do next. */
  #next: 'join' | 'sync' | 'heartbeat' = 'join'

  constructor(rig: GroupRig, history: GroupHistory) {
    this.#rig = rig
    this.#history = history
  }

  /** Does what a consumer would do now. */
  async proceed(likes: number): Promise<void> {
    if (this.#next === 'join') this.join(likes)
    else if (this.#next === 'sync') this.sync()
    else await this.heartbeat()
  }

  /** Sends a JoinGroup and does not wait for its answer. */
  join(likes: number): void {
    this.#send(async () => {
      const protocols = [{ name: 'range', metadata: Uint8Array.of(likes) }]
      const result = await this.#rig.join({ memberId: this.#memberId, requiresKnownMemberId: likes % 2 === 0, protocols })
      this.#history.onJoined(result)
      this.#note(result.errorCode)
      if (result.errorCode === errorCode('MEMBER_ID_REQUIRED')) this.#memberId = result.memberId
      if (result.errorCode !== 0) return
      this.#memberId = result.memberId
      this.#joined = result
      this.#next = 'sync'
    })
  }

  /** Sends a SyncGroup and does not wait for its answer. A leader shares out the partitions. */
  sync(): void {
    const joined = this.#joined
    if (joined === undefined) return
    this.#send(async () => {
      const assignments = joined.members.map(({ memberId }, index) => ({ memberId, assignment: shareOf(index, joined.members.length) }))
      const result = await this.#rig.sync({ ...joined, assignments })
      this.#note(result.errorCode)
      if (result.errorCode !== 0) return
      this.#next = 'heartbeat'
      this.#history.onAssigned(joined, result.assignment)
    })
  }

  async heartbeat(): Promise<void> {
    if (this.#joined === undefined) return
    await this.#rig.heartbeat(this.#joined).then(
      (code) => this.#note(code),
      (error: { readonly code?: string }) => this.#onRefused(error.code),
    )
  }

  async commit(partition: number): Promise<void> {
    await this.#history.commit(this.#joined, partition)
  }

  /** Whoever it was before the last time it began anew commits. */
  async commitAsZombie(partition: number): Promise<void> {
    await this.#history.commit(this.#former, partition)
  }

  async leave(): Promise<void> {
    if (this.#memberId !== '') await this.#rig.leave(this.#memberId).catch(() => undefined)
    this.crash()
  }

  /** Begins anew without a word. */
  crash(): void {
    this.#former = this.#joined ?? this.#former
    this.#memberId = ''
    this.#joined = undefined
    this.#next = 'join'
  }

  /** One request that may be parked at a time, as on a connection. A coordinator that goes away makes it come back. */
  #send(request: () => Promise<void>): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    void request()
      .catch((error: { readonly code?: string }) => this.#onRefused(error.code))
      .finally(() => {
        this.#isWaiting = false
      })
  }

  #note(code: number): void {
    if (code === 0) return
    this.#former = this.#joined ?? this.#former
    this.#next = 'join'
    if (FORGET_MEMBER.includes(code)) this.crash()
  }

  #onRefused(code: string | undefined): void {
    if (code === undefined) this.#history.violations.push('a request failed with something that is no error of Kafka')
    this.#next = 'join'
    if (code === 'UNKNOWN_MEMBER_ID') this.crash()
  }
}

function shareOf(index: number, count: number): Uint8Array {
  return Uint8Array.from(Array.from({ length: PARTITIONS }, (_, partition) => partition).filter((partition) => partition % count === index))
}
