import { defineApi } from '../api.ts'
import { int16 } from '../fixed-types.ts'
import type { Draft, Infer } from '../schema.ts'
import { array, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  mechanism: string,
})

const response = struct({
  errorCode: int16,
  mechanisms: array(string),
})

/**
 * Chooses a SASL mechanism. After version 0 the tokens follow bare, after version 1 within SaslAuthenticate (KIP-152).
 *
 * Never flexible.
 */
export const saslHandshake = defineApi({
  key: 17,
  name: 'SaslHandshake',
  versions: { min: 0, max: 1 },
  flexibleFrom: undefined,
  request,
  response,
})

export type SaslHandshakeRequest = Infer<typeof request>
export type SaslHandshakeResponse = Draft<typeof response>
