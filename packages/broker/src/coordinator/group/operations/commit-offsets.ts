import { errorCode, KafkaError } from '@kafka-ts/protocol'
import type { ClassicGroup } from '../classic-group.ts'
import { ensureCurrentEpoch, ensureNotGivenUp } from '../consumer/request-checks.ts'
import type { GroupShard, GroupTurn } from '../group-shard.ts'

/** One offset of a commit. */
export interface OffsetToCommit {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
}

/** Offsets of a member, or of somebody outside of the group: then the generation is -1 and the member id empty. */
export interface CommitRequest {
  readonly groupId: string
  /** The generation of a classic group, the member epoch in a group of the consumer protocol. */
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  /** Whether the committer knows the consumer protocol alone, so that `generationId` is certainly a member epoch. */
  readonly isOfConsumerProtocol?: boolean
  /** How long the offsets are to be kept, as old clients may say; -1: the broker decides. */
  readonly retentionTimeMs: number
  readonly offsets: readonly OffsetToCommit[]
}

const NOTHING = -1

/**
 * Records offsets, all those that are acceptable in one batch; one error code each, in order. Throws what is wrong with the committer
 * (`ClassicGroup.validateOffsetCommit`): whoever is not of this generation any more commits nothing.
 */
export function commitOffsets(shard: GroupShard, turn: GroupTurn, request: CommitRequest): readonly number[] {
  ensureMayCommit(shard, request)
  const { groupId, retentionTimeMs } = request
  const expireTimestampMs = retentionTimeMs === NOTHING ? NOTHING : Math.min(turn.nowMs + retentionTimeMs, Number.MAX_SAFE_INTEGER)
  return request.offsets.map(({ topic, partition, offset, leaderEpoch, metadata }) => {
    if (Buffer.byteLength(metadata) > shard.settings.offsetMetadataMaxBytes) return errorCode('OFFSET_METADATA_TOO_LARGE')
    const value = { offset, leaderEpoch, metadata, commitTimestampMs: turn.nowMs, expireTimestampMs }
    turn.append({ type: 'offset', groupId, topic, partition, value })
    return errorCode('NONE')
  })
}

function ensureMayCommit(shard: GroupShard, request: CommitRequest): void {
  const { groupId, generationId, memberId, groupInstanceId } = request
  const group = shard.groups.get(groupId)
  const isFromOutside = generationId < 0 && memberId === '' && groupInstanceId === null
  if (group === undefined) {
    if (generationId >= 0)
      throw new KafkaError(
        request.isOfConsumerProtocol === true ? 'UNKNOWN_MEMBER_ID' : 'ILLEGAL_GENERATION',
        `there is no group ${groupId}`,
      )
    return
  }
  if (group.isEmpty && generationId < 0) return
  if (isFromOutside) throw new KafkaError('UNKNOWN_MEMBER_ID', `group ${groupId} has members: only they commit its offsets`)
  if (group.type === 'classic') ensureMemberMayCommit(shard, group, request)
  else {
    const member = group.ensureMember(memberId, groupInstanceId)
    const of = { memberEpoch: generationId, partitions: request.offsets, image: shard.image() }
    ensureCurrentEpoch(member, of)
    ensureNotGivenUp(member, of)
  }
}

function ensureMemberMayCommit(shard: GroupShard, group: ClassicGroup, request: CommitRequest): void {
  const member = group.ensureCurrentMember(request)
  // It knows of the new generation and has no assignment in it yet: what it commits could belong to another one by now.
  if (group.state === 'CompletingRebalance') throw new KafkaError('REBALANCE_IN_PROGRESS')
  shard.sessions.renew(group, member)
}
