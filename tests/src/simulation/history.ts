import { crc32 } from 'node:zlib'
import type { Acks } from '@kafka-ts/client'

/** One partition, as the history names it. */
export interface Place {
  readonly topic: string
  readonly partition: number
}

/**
 * One thing that happened. Client operations come in pairs, as in Jepsen: `invoke`, and later `ok`, `fail` (it certainly had no
 * effect) or `info` (nobody knows). `atMs` is virtual time; the order of the history is the order in which things happened.
 */
export type HistoryEvent = { readonly atMs: number } & (
  | SendEvent
  | ReaderEvent
  | GroupEvent
  | OperationEvent
  | WorldEvent
  /** What may be asked of a topic; comes before anything else about it. */
  | { readonly f: 'topic'; readonly topic: string; readonly promise: TopicPromise }
)

/** `whole`: nothing is ever lost. `trimmed`: its front goes, by retention or at a client's wish. `page`: power loss may take its end. */
export type TopicPromise = 'whole' | 'trimmed' | 'page'

type SendEvent =
  | {
      readonly f: 'send'
      readonly phase: 'invoke'
      readonly process: string
      readonly id: string
      readonly topic: string
      readonly acks: Acks
      /** Whoever sends it promises that it is there no more than once. */
      readonly isIdempotent: boolean
    }
  | ({ readonly f: 'send'; readonly phase: 'ok'; readonly process: string; readonly id: string; readonly offset: number } & Place)
  | { readonly f: 'send'; readonly phase: 'fail' | 'info'; readonly process: string; readonly id: string; readonly code: string }

type ReaderEvent =
  /** A reader begins, or goes elsewhere: the next record has this offset; undefined where it depends on the log. */
  | ({ readonly f: 'position'; readonly process: string; readonly offset: number | undefined } & Place)
  /** A record came. `value` is the id of what was sent, or, when the bytes are not those of any record, what is wrong with them. */
  | ({ readonly f: 'read'; readonly process: string; readonly offset: number; readonly value: string; readonly isIntact: boolean } & Place)
  /** The high watermark that came with a fetch. Fetches of one reader follow each other, so it may not fall. */
  | ({ readonly f: 'fetched'; readonly process: string; readonly highWatermark: number } & Place)
  /** The readable end, asked for at `askedMs`. */
  | ({ readonly f: 'end'; readonly askedMs: number; readonly offset: number } & Place)
  /** A reader has read everything from `startOffset` to `endOffset`, both asked for since `askedMs`. */
  | ({
      readonly f: 'audit'
      readonly process: string
      readonly askedMs: number
      readonly startOffset: number
      readonly endOffset: number
    } & Place)
  /** From now on records below `before` may be gone. */
  | ({ readonly f: 'trim'; readonly before: number } & Place)

type GroupEvent =
  /** A member of a group begins or ends its work on a record. Records of one key are ordered; with `key` null, by what `isOrdered` says. */
  | ({
      readonly f: 'work'
      readonly phase: 'begin' | 'done'
      readonly process: string
      readonly offset: number
      readonly key: string | null
      /** Whether everything in the partition is worked on in order, by this member. */
      readonly isOrdered: boolean
    } & Place)
  /** A commit of a member was acknowledged. */
  | ({ readonly f: 'committed'; readonly process: string; readonly offset: number } & Place)
  /** What a group has committed, asked for at `askedMs`. Each is asked for after the one before was answered. */
  | ({ readonly f: 'group-offset'; readonly askedMs: number; readonly offset: number } & Place)
  /** Who is in a group in which epoch, and who works on what, as the coordinator has it at one moment since `askedMs`. */
  | {
      readonly f: 'ownership'
      readonly askedMs: number
      readonly epoch: number
      readonly members: readonly string[]
      readonly owners: readonly ({ readonly member: string } & Place)[]
    }
  /** A member was taken in and begins with nothing, or its process is gone. */
  | { readonly f: 'membership'; readonly phase: 'joined' | 'gone'; readonly member: string }
  /** By its own word a member works on partitions from now on, has given them up, or has lost them. */
  | {
      readonly f: 'holding'
      readonly phase: 'assigned' | 'revoked' | 'lost'
      readonly member: string
      readonly places: readonly Place[]
    }

interface OperationEvent {
  readonly f: 'operation'
  readonly phase: 'invoke' | 'ok' | 'fail' | 'info'
  readonly process: string
  readonly name: string
  readonly code?: string
}

type WorldEvent =
  | { readonly f: 'fault'; readonly kind: string; readonly detail: string }
  | { readonly f: 'life'; readonly phase: 'starting' | 'ready' | 'refused' | 'ended'; readonly detail: string }
  /** What was remembered of the producers of a partition was taken away: what its log no longer holds is known to nobody. */
  | ({ readonly f: 'snapshot-lost' } & Place)
  /** A sync in a log directory failed, and the broker has been told: what is sent from now on cannot be acknowledged until it is started again. */
  | { readonly f: 'sync-failed'; readonly directory: string }
  /** A file was synced although a sync of it had failed before, in the same life of the broker. */
  | { readonly f: 'synced-again'; readonly path: string }
  /** Something that must not be, found by the part of the simulation that saw it. */
  | { readonly f: 'violation'; readonly invariant: string; readonly what: string }

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'atMs'> : never

/** The events of one run in their order, and their fingerprint. */
export class History {
  readonly events: HistoryEvent[] = []
  readonly #nowMs: () => number
  readonly #onEvent: (event: HistoryEvent) => void
  #hash = 0

  /** `onEvent` hears of each event at once. */
  constructor(nowMs: () => number, onEvent: (event: HistoryEvent) => void = () => {}) {
    this.#nowMs = nowMs
    this.#onEvent = onEvent
  }

  /** Equal for equal histories. */
  get hash(): number {
    return this.#hash
  }

  add(event: WithoutTime<HistoryEvent>): void {
    const timed = { atMs: this.#nowMs(), ...event } as HistoryEvent
    this.events.push(timed)
    this.#hash = crc32(JSON.stringify(timed), this.#hash)
    this.#onEvent(timed)
  }
}

/** The name of a place in maps and messages. */
export function placeName({ topic, partition }: Place): string {
  return `${topic}-${partition}`
}
