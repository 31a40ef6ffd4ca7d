import type { Timer } from '@kafka-ts/io'
import type { Reply } from '../runtime/turn.ts'
import type { JoinResult, SyncResult } from './group-results.ts'
import type { MemberMetadata } from './records/group-records.ts'

/** Something a member can do: the name of an assignor, and what that wants to know of the member. */
export interface MemberProtocol {
  readonly name: string
  /** Opaque. */
  readonly metadata: Uint8Array
}

/** What a member says of itself when it joins. */
export interface MemberDescription {
  readonly memberId: string
  /** Set by static members (KIP-345). */
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly sessionTimeoutMs: number
  /** The one it likes best first. */
  readonly protocols: readonly MemberProtocol[]
}

const NOTHING = new Uint8Array(0)

/** One member of a classic group. */
export class ClassicMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  rebalanceTimeoutMs: number
  sessionTimeoutMs: number
  protocols: readonly MemberProtocol[]
  assignment: Uint8Array = NOTHING
  /** It has not been through a rebalance yet: it may not even know its id, so it cannot send heartbeats. */
  isNew = false
  /** Its JoinGroup that waits for the others. */
  awaitingJoin: Reply<JoinResult> | undefined
  /** Its SyncGroup that waits for the leader. */
  awaitingSync: Reply<SyncResult> | undefined
  /** When its session ends, monotonic milliseconds. */
  sessionEndsMs = 0
  sessionTimer: Timer | undefined
  /** When `sessionTimer` looks. */
  sessionTimerDueMs = 0

  constructor(description: MemberDescription) {
    this.memberId = description.memberId
    this.groupInstanceId = description.groupInstanceId
    this.clientId = description.clientId
    this.clientHost = description.clientHost
    this.rebalanceTimeoutMs = description.rebalanceTimeoutMs
    this.sessionTimeoutMs = description.sessionTimeoutMs
    this.protocols = description.protocols
  }

  /** As a record has it: of all its protocols only that of the generation is known. */
  static fromMetadata(metadata: MemberMetadata, protocolName: string | null): ClassicMember {
    const member = new ClassicMember({ ...metadata, protocols: [{ name: protocolName ?? '', metadata: metadata.subscription }] })
    member.assignment = metadata.assignment
    return member
  }

  /** Takes the assignment of a record that describes this member as it is. False: it describes another life of it. */
  takeAssignment(metadata: MemberMetadata, protocolName: string | null): boolean {
    const isSame =
      metadata.sessionTimeoutMs === this.sessionTimeoutMs &&
      metadata.rebalanceTimeoutMs === this.rebalanceTimeoutMs &&
      metadata.groupInstanceId === this.groupInstanceId &&
      Buffer.compare(metadata.subscription, this.metadataFor(protocolName)) === 0
    if (isSame) this.assignment = metadata.assignment
    return isSame
  }

  get isStatic(): boolean {
    return this.groupInstanceId !== null
  }

  /** Whether it waits for an answer that it cannot get while it is dead to us: it need not send heartbeats meanwhile. */
  get isExcusedFromHeartbeats(): boolean {
    return !this.isNew && (this.awaitingJoin !== undefined || this.awaitingSync !== undefined)
  }

  /** What it sent for a protocol. */
  metadataFor(protocolName: string | null): Uint8Array {
    return this.protocols.find(({ name }) => name === protocolName)?.metadata ?? NOTHING
  }

  /** Whether it offers exactly the same as before. */
  matches(protocols: readonly MemberProtocol[]): boolean {
    return (
      protocols.length === this.protocols.length &&
      protocols.every(({ name, metadata }, index) => {
        const own = this.protocols[index]
        return own?.name === name && Buffer.compare(own.metadata, metadata) === 0
      })
    )
  }

  update({ protocols, rebalanceTimeoutMs, sessionTimeoutMs }: MemberDescription): void {
    this.protocols = protocols
    this.rebalanceTimeoutMs = rebalanceTimeoutMs
    this.sessionTimeoutMs = sessionTimeoutMs
  }
}
