import { int16, int32 } from './fixed-types.ts'
import { field } from './schema.ts'
import { legacyString, nullable } from './sized-types.ts'
import { struct } from './struct.ts'

/**
 * The headers in front of a request and a response. Version 2 of the one and version 1 of the other are flexible: they end in tagged
 * fields. The client id keeps its int16 length there, so that a broker can read it before it knows whether it knows the version.
 */

/** The first version of a request header that is flexible. */
export const FLEXIBLE_REQUEST_HEADER = 2
/** The first version of a response header that is flexible. */
export const FLEXIBLE_RESPONSE_HEADER = 1

/** Version 0, without a client id, is of APIs that no longer exist. */
export const requestHeader = struct({
  requestApiKey: int16,
  requestApiVersion: int16,
  correlationId: int32,
  clientId: field(nullable(legacyString), { versions: '1+' }),
})

export const responseHeader = struct({
  correlationId: int32,
})

function compiled<C>(versions: readonly number[], compile: (version: number) => C): ReadonlyMap<number, C> {
  return new Map(versions.map((version): [number, C] => [version, compile(version)]))
}

/** By header version. */
export const requestHeaderCodecs = compiled([1, 2], (version) =>
  requestHeader.compile({ version, isFlexible: version >= FLEXIBLE_REQUEST_HEADER, isNullable: false, path: `RequestHeader v${version}` }),
)

/** By header version. */
export const responseHeaderCodecs = compiled([0, 1], (version) =>
  responseHeader.compile({
    version,
    isFlexible: version >= FLEXIBLE_RESPONSE_HEADER,
    isNullable: false,
    path: `ResponseHeader v${version}`,
  }),
)
