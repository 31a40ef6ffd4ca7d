import type { AnyApi, RequestOf, ResponseOf } from '@kafka-ts/protocol'
import type { BrokerCore } from '../core.ts'
import type { SerialQueue } from '../serial-queue.ts'
import type { DoorConnection } from '../server/door.ts'

/** Where a request came from and what it is answered with. */
export interface RequestContext {
  readonly core: BrokerCore
  readonly connection: DoorConnection
  /** Reads for fetches of one connection take turns, so that many requests at once cannot pile up responses nobody reads. */
  readonly readTurns: SerialQueue
}

/** Who is at the other end, as far as it said. */
export interface Peer {
  /** What it calls itself; empty until it said hello. */
  clientId: string
}

/** What the handlers of the native protocol are given. */
export interface NativeRequestContext extends RequestContext {
  readonly peer: Peer
}

/** An answer; `attachments` go out uncopied. */
export interface Reply<A extends AnyApi> {
  readonly response: ResponseOf<A>
  readonly attachments?: readonly Uint8Array[]
}

/**
 * Answers the requests of one API. undefined: no answer is sent. Throws `KafkaError` to refuse the whole request. What a handler does
 * before it first waits happens in the order in which requests arrived.
 */
export type Handler<A extends AnyApi> = (
  context: NativeRequestContext,
  request: RequestOf<A>,
  attachments: Uint8Array,
) => Reply<A> | undefined | Promise<Reply<A> | undefined>
