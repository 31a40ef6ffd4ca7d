import { type ErrorName, errorCode } from '@kafka-ts/protocol'

/** A member as the leader hears of it. */
export interface JoinedMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly metadata: Uint8Array
}

/** What a member that joined is told: its generation, and who leads it. */
export interface JoinResult {
  readonly errorCode: number
  readonly memberId: string
  readonly generationId: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly leaderId: string
  /** A leader that came back and has nothing to assign (KIP-814). */
  readonly skipAssignment: boolean
  /** Of the leader only. */
  readonly members: readonly JoinedMember[]
}

/** What a member is to work on, opaque. */
export interface SyncResult {
  readonly errorCode: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly assignment: Uint8Array
}

const NO_GENERATION = -1
const NO_BYTES = new Uint8Array(0)

export function joinError(error: ErrorName, memberId: string): JoinResult {
  return {
    errorCode: errorCode(error),
    memberId,
    generationId: NO_GENERATION,
    protocolType: null,
    protocolName: null,
    leaderId: '',
    skipAssignment: false,
    members: [],
  }
}

export function syncError(error: ErrorName): SyncResult {
  return { errorCode: errorCode(error), protocolType: null, protocolName: null, assignment: NO_BYTES }
}
