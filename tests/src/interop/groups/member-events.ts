/** What a member of a group tells of itself. Times are milliseconds of the machine's monotonic clock, the same in every process. */
export type MemberEvent = OwnsEvent | WorkedEvent

/** What a member owns from now on, all of it. */
export interface OwnsEvent {
  readonly kind: 'owns'
  readonly atMs: number
  /** As the broker knows it. */
  readonly memberId: string
  readonly partitions: readonly number[]
}

/** What a member has worked on, before it commits any of it. */
export interface WorkedEvent {
  readonly kind: 'worked'
  readonly atMs: number
  readonly partition: number
  /** Rising. */
  readonly offsets: readonly number[]
}

/** Something that ends what a member may do, seen from outside: it was killed, frozen or told to leave; or it goes on, and must find out what it has lost. */
export interface OutsideEvent {
  readonly kind: 'killed' | 'frozen' | 'thawed' | 'left'
  readonly atMs: number
}

export type TimelineEvent = (MemberEvent | OutsideEvent) & { readonly member: string }

/** Milliseconds of the monotonic clock that the members tell too. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1_000_000
}

interface ToldLine {
  readonly atMs: number
  readonly owns?: readonly number[]
  readonly memberId?: string | null
  readonly partition?: number
  readonly worked?: readonly number[]
}

/** A line of a program of tests/interop-clients/members. */
export function parseMemberLine(line: string): MemberEvent {
  const { atMs, owns, memberId, partition, worked } = JSON.parse(line) as ToldLine
  if (owns !== undefined) return { kind: 'owns', atMs, memberId: memberId ?? '', partitions: owns }
  if (partition === undefined || worked === undefined) throw new Error(`a member told something else: ${line}`)
  return { kind: 'worked', atMs, partition, offsets: worked }
}
