import assert from 'node:assert'
import type { Timer } from '@kafka-ts/io'
import { type ErrorName, KafkaError } from '@kafka-ts/protocol'
import { ClassicMember, type MemberProtocol } from './classic-member.ts'
import type { JoinedMember } from './group-results.ts'
import { selectProtocol, supportsAll } from './protocol-selection.ts'
import type { GroupMetadata } from './records/group-records.ts'

/** Where a classic group is (Kafka's `ClassicGroupState`). A group that was deleted is not there any more: it reads as Dead. */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

/** From where each state that is reached without a record may be entered. */
const previousStates = {
  PreparingRebalance: ['Empty', 'CompletingRebalance', 'Stable'],
  CompletingRebalance: ['PreparingRebalance'],
} as const satisfies Partial<Record<GroupState, readonly GroupState[]>>

/**
 * One group of the classic protocol: its members, its generation, and where it is in a rebalance.
 *
 * Empty and Stable are entered through `settle` alone, by the record that says so. Everything between is of the moment, and is lost with
 * the shard: the group is then what its last record says, and its members find out and join again. Who leads what is opaque to it.
 */
export class ClassicGroup {
  readonly type = 'classic'
  readonly groupId: string
  /** Every member in the order of joining. */
  readonly members = new Map<string, ClassicMember>()
  /** Ids that were given out and have not joined yet (KIP-394), with when they are forgotten. */
  readonly pendingMembers = new Map<string, Timer>()
  /** Members that were told their generation and have not asked for their assignment. */
  readonly pendingSync = new Set<string>()
  /** Another member came while the first rebalance was being delayed. */
  hasNewMember = false
  /** Ends the time to join. */
  joinTimer: Timer | undefined
  /** Ends the time to ask for the assignment. */
  syncTimer: Timer | undefined
  readonly #staticMembers = new Map<string, string>()
  #state: GroupState = 'Empty'
  #previousState: GroupState = 'Empty'
  #stateTimestampMs = -1
  #generationId = 0
  #protocolType: string | null = null
  #protocolName: string | null = null
  #leaderId: string | null = null

  constructor(groupId: string) {
    this.groupId = groupId
  }

  get isEmpty(): boolean {
    return this.#state === 'Empty'
  }

  get state(): GroupState {
    return this.#state
  }

  /** The state before this one. */
  get previousState(): GroupState {
    return this.#previousState
  }

  /** Since when it is Empty or Stable, wall clock; -1: not known, or never recorded. */
  get stateTimestampMs(): number {
    return this.#stateTimestampMs
  }

  get generationId(): number {
    return this.#generationId
  }

  /** null: nobody ever joined; offsets were committed from outside. */
  get protocolType(): string | null {
    return this.#protocolType
  }

  get protocolName(): string | null {
    return this.#protocolName
  }

  get leaderId(): string | null {
    return this.#leaderId
  }

  /** The longest that any member may take to join again. */
  get rebalanceTimeoutMs(): number {
    let longest = 0
    for (const { rebalanceTimeoutMs } of this.members.values()) longest = Math.max(longest, rebalanceTimeoutMs)
    return longest
  }

  get awaitingJoinCount(): number {
    let count = 0
    for (const { awaitingJoin } of this.members.values()) if (awaitingJoin !== undefined) count++
    return count
  }

  get hasAllMembersJoined(): boolean {
    return this.pendingMembers.size === 0 && this.awaitingJoinCount === this.members.size
  }

  staticMemberId(groupInstanceId: string): string | undefined {
    return this.#staticMembers.get(groupInstanceId)
  }

  /** The member of that id. Throws UNKNOWN_MEMBER_ID, or FENCED_INSTANCE_ID when another one has taken over its instance id. */
  ensureMember(memberId: string, groupInstanceId: string | null): ClassicMember {
    if (groupInstanceId !== null) {
      const present = this.#staticMembers.get(groupInstanceId)
      if (present === undefined) throw new KafkaError('UNKNOWN_MEMBER_ID')
      if (present !== memberId) throw new KafkaError('FENCED_INSTANCE_ID')
    }
    const member = this.members.get(memberId)
    if (member === undefined) throw new KafkaError('UNKNOWN_MEMBER_ID')
    return member
  }

  /** As `ensureMember`, and of this generation. Throws ILLEGAL_GENERATION. */
  ensureCurrentMember(of: {
    readonly memberId: string
    readonly groupInstanceId: string | null
    readonly generationId: number
  }): ClassicMember {
    const member = this.ensureMember(of.memberId, of.groupInstanceId)
    if (of.generationId !== this.#generationId) throw new KafkaError('ILLEGAL_GENERATION')
    return member
  }

  /** Whether a member that offers these has a protocol in common with all others. */
  supports(protocolType: string, protocols: readonly MemberProtocol[]): boolean {
    if (this.#state === 'Empty') return protocolType !== '' && protocols.length > 0
    return protocolType === this.#protocolType && supportsAll(protocols, [...this.members.values()])
  }

  /** Which protocol the next generation would have. */
  selectProtocol(): string {
    return selectProtocol([...this.members.values()])
  }

  add(member: ClassicMember, protocolType: string): void {
    assert(!this.members.has(member.memberId))
    if (this.members.size === 0) this.#protocolType = protocolType
    this.#leaderId ??= member.memberId
    this.#put(member)
    this.forgetPending(member.memberId)
  }

  remove(memberId: string): void {
    const member = this.members.get(memberId)
    if (member === undefined) return
    member.sessionTimer?.cancel()
    this.members.delete(memberId)
    this.pendingSync.delete(memberId)
    if (member.groupInstanceId !== null && this.#staticMembers.get(member.groupInstanceId) === memberId) {
      this.#staticMembers.delete(member.groupInstanceId)
    }
    if (this.#leaderId === memberId) this.#leaderId = this.members.keys().next().value ?? null
  }

  /** A new member takes the place of the one with its instance id, and what that had. */
  replaceStatic(old: ClassicMember, member: ClassicMember): void {
    assert(old.groupInstanceId !== null && old.groupInstanceId === member.groupInstanceId)
    const wasLeader = this.#leaderId === old.memberId
    member.assignment = old.assignment
    this.remove(old.memberId)
    this.#put(member)
    if (wasLeader) this.#leaderId = member.memberId
  }

  forgetPending(memberId: string): void {
    this.pendingMembers.get(memberId)?.cancel()
    this.pendingMembers.delete(memberId)
  }

  /** Sees to it that the leader is a member that takes part in this rebalance. False: there is none. */
  electJoinedLeader(): boolean {
    const leader = this.#leaderId === null ? undefined : this.members.get(this.#leaderId)
    if (leader?.awaitingJoin !== undefined) return true
    for (const { memberId, awaitingJoin } of this.members.values()) {
      if (awaitingJoin === undefined) continue
      this.#leaderId = memberId
      return true
    }
    return false
  }

  get canRebalance(): boolean {
    return this.#state !== 'PreparingRebalance'
  }

  /** Members are to join again. */
  prepareRebalance(): void {
    this.#enter('PreparingRebalance')
  }

  /** Those who joined make up the next generation. */
  beginGeneration(): void {
    assert(this.members.size > 0)
    this.#generationId++
    this.#protocolName = this.selectProtocol()
    this.pendingSync.clear()
    this.#enter('CompletingRebalance')
  }

  /** What the leader of a generation is to know of its members. */
  joinedMembers(): JoinedMember[] {
    return Array.from(this.members.values(), (member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      metadata: member.metadataFor(this.#protocolName),
    }))
  }

  /** The record of this generation with these assignments; members without one have nothing to do. */
  toMetadata(assignments: (member: ClassicMember) => Uint8Array, stateTimestampMs: number): GroupMetadata {
    return {
      protocolType: this.#protocolType ?? '',
      generationId: this.#generationId,
      protocolName: this.#protocolName,
      leaderId: this.#leaderId,
      stateTimestampMs,
      members: Array.from(this.members.values(), (member) => ({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        rebalanceTimeoutMs: member.rebalanceTimeoutMs,
        sessionTimeoutMs: member.sessionTimeoutMs,
        subscription: member.metadataFor(this.#protocolName),
        assignment: assignments(member),
      })),
    }
  }

  /** The record of the generation after this one, which nobody is in. */
  toEmptyMetadata(stateTimestampMs: number): GroupMetadata {
    const generationId = this.#generationId + 1
    return { protocolType: this.#protocolType ?? '', generationId, protocolName: null, leaderId: null, stateTimestampMs, members: [] }
  }

  /** Becomes what a record says: Stable with these members and assignments, or Empty. Members that are as it says stay, with what else is known of them. */
  settle(metadata: GroupMetadata): void {
    const kept = new Set(metadata.members.map(({ memberId }) => memberId))
    for (const memberId of [...this.members.keys()]) if (!kept.has(memberId)) this.remove(memberId)
    const present = new Map(this.members)
    this.members.clear()
    for (const described of metadata.members) {
      const member = present.get(described.memberId)
      const isSame = member?.takeAssignment(described, metadata.protocolName) === true
      this.#put(isSame ? member : ClassicMember.fromMetadata(described, metadata.protocolName))
    }
    this.#generationId = metadata.generationId
    this.#protocolType = metadata.protocolType === '' ? null : metadata.protocolType
    this.#protocolName = metadata.protocolName
    this.#leaderId = metadata.leaderId
    this.#stateTimestampMs = metadata.stateTimestampMs
    this.joinTimer?.cancel()
    this.#previousState = this.#state
    this.#state = metadata.members.length === 0 ? 'Empty' : 'Stable'
  }

  /** Leaves no timer behind. */
  cancelTimers(): void {
    this.joinTimer?.cancel()
    this.syncTimer?.cancel()
    for (const timer of this.pendingMembers.values()) timer.cancel()
    for (const { sessionTimer } of this.members.values()) sessionTimer?.cancel()
  }

  #put(member: ClassicMember): void {
    this.members.set(member.memberId, member)
    if (member.groupInstanceId !== null) this.#staticMembers.set(member.groupInstanceId, member.memberId)
  }

  #enter(state: keyof typeof previousStates): void {
    const allowed: readonly GroupState[] = previousStates[state]
    assert(allowed.includes(this.#state), `group ${this.groupId} cannot go from ${this.#state} to ${state}`)
    this.#previousState = this.#state
    this.#state = state
  }
}

/** What a member check found, as an error name; anything else that was thrown is thrown on. */
export function memberErrorOf(error: unknown): ErrorName {
  if (
    error instanceof KafkaError &&
    (error.code === 'UNKNOWN_MEMBER_ID' || error.code === 'FENCED_INSTANCE_ID' || error.code === 'ILLEGAL_GENERATION')
  ) {
    return error.code
  }
  throw error
}
