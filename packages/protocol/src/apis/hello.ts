import { defineApi } from '../api.ts'
import { array, type Infer, int16, int32, string, struct, uint32 } from '../schema.ts'
import { MAX_APIS } from './limits.ts'

const request = struct({
  /** The library, as `kafka-ts`. */
  clientName: string,
  clientVersion: string,
  /** What the application calls itself. */
  clientId: string,
})

const response = struct({
  brokerId: int32,
  clusterId: string,
  /** What the broker speaks; a client uses the highest version that both have. */
  apis: array(struct({ key: int16, minVersion: int16, maxVersion: int16 }), MAX_APIS),
  /** Largest frame the broker takes, header included. */
  maxFrameBytes: uint32,
  /** Largest record batch it takes unless a topic has its own limit. */
  maxBatchBytes: uint32,
  /** Requests of one connection that it works on at a time; more wait in the socket. */
  maxInFlight: uint32,
})

/**
 * The first request of a connection: who the two sides are, and what the broker speaks and accepts. Always sent at version 0, which
 * never changes but by appended fields. Takes the number of Kafka's ApiVersions (KIP-35, KIP-511).
 *
 * Errors: INVALID_REQUEST.
 */
export const hello = defineApi({ key: 18, name: 'hello', minVersion: 0, maxVersion: 0, request, response })

export type HelloRequest = Infer<typeof request>
export type HelloResponse = Infer<typeof response>
