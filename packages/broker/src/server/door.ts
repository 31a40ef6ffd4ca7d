import type { Address } from '@kafka-ts/io'
import type { Logger } from '../logger.ts'

/** One protocol on one connection: bytes in, answers out through the `DoorConnection` it was made for. */
export interface Door {
  /** The next bytes of the stream, which are the door's to keep. Throws `KafkaError` when the connection is to be closed. */
  onData(chunk: Uint8Array): void
  /** Bytes of an unfinished request that are held. */
  readonly pendingBytes: number
  /** Unanswered requests above which the connection is not read, if the protocol wants fewer than the broker allows. */
  readonly maxInFlightRequests?: number
}

/** What a door sees of its connection. */
export interface DoorConnection {
  /** Where the client comes from. */
  readonly remote: Address
  /** Where the client reached the broker. */
  readonly local: Address
  /** Which of `listeners` it came through. */
  readonly listenerIndex: number
  readonly logger: Logger
  readonly isOpen: boolean
  /** A request of so many bytes is being worked on; call the result once, when it is answered. */
  beginRequest(bytes: number): () => void
  /** Queues buffers, which must stay unchanged, to be sent in order with everything else of this tick. */
  send(buffers: readonly Uint8Array[]): void
  /** True while the client reads what it is sent, else a promise of that; false once the connection is gone. */
  whenWritable(): boolean | Promise<boolean>
  /** The most record bytes that a response should have now, in view of what all clients have not taken yet. */
  readonly maxResponseBytes: number
  /** Calls back once when the connection is gone. Returns how to take that back. */
  onceClosed(callback: () => void): () => void
  /** Sends what is queued, then closes. */
  closeGently(reason: string): void
}

/** Makes the door of a connection that speaks a protocol. */
export type OpenDoor = (connection: DoorConnection) => Door
