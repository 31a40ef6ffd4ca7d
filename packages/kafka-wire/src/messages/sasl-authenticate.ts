import { defineApi } from '../api.ts'
import { int16, int64 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { bytes, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  authBytes: bytes,
})

const response = struct({
  errorCode: int16,
  errorMessage: nullable(string),
  authBytes: bytes,
  /** 0: without end. */
  sessionLifetimeMs: field(int64, { versions: '1+', default: 0 }),
})

/**
 * One step of a SASL exchange (KIP-152).
 *
 * Version 1: life of the session (KIP-368). 2: flexible.
 */
export const saslAuthenticate = defineApi({
  key: 36,
  name: 'SaslAuthenticate',
  versions: { min: 0, max: 2 },
  flexibleFrom: 2,
  request,
  response,
})

export type SaslAuthenticateRequest = Infer<typeof request>
export type SaslAuthenticateResponse = Draft<typeof response>
