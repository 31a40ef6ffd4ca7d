import type { Codec, Draft, Infer, Type } from './schema.ts'
import { hasVersion, type Versions } from './version-range.ts'

/** What an API is declared with; see `defineApi`. */
export interface ApiDefinition<RequestType, ResponseType> {
  /** Kafka's number of the API. */
  readonly key: number
  /** Kafka's name of the API. */
  readonly name: string
  /** Those that are advertised. There is a codec for each. */
  readonly versions: Versions
  /** Those before it are advertised for the sake of old clients, and refused. All are served when it is not said. */
  readonly firstServedVersion?: number
  /** From which version on lengths are compact and structs end in tagged fields; undefined: never. */
  readonly flexibleFrom: number | undefined
  readonly request: RequestType
  readonly response: ResponseType
}

/** The versions of the two headers that go with a version of an API. */
export interface HeaderVersions {
  readonly request: 1 | 2
  readonly response: 0 | 1
}

/** One API: its number, its versions and its two messages. */
export interface Api<RequestType, ResponseType> extends ApiDefinition<RequestType, ResponseType> {
  readonly firstServedVersion: number
  headerVersions(version: number): HeaderVersions
  /** Compiled on first use, then kept. `version` must be among `versions`. */
  requestCodec(version: number): Codec<Infer<RequestType>, Draft<RequestType>>
  responseCodec(version: number): Codec<Infer<ResponseType>, Draft<ResponseType>>
}

// `any`: only it lets an API of any two messages be passed where the two do not matter.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyApi = Api<any, any>
/** A request as it is received. */
export type RequestOf<A extends AnyApi> = Infer<A['request']>
/** A request as it is given to be sent. */
export type RequestDraftOf<A extends AnyApi> = Draft<A['request']>
export type ResponseOf<A extends AnyApi> = Infer<A['response']>
export type ResponseDraftOf<A extends AnyApi> = Draft<A['response']>

/** ApiVersions: its response header is always version 0, since a client may not know yet what the broker speaks (KIP-511). */
export const API_VERSIONS_KEY = 18

/** Whether requests of `version` are answered with more than a refusal. */
export function isServed(api: AnyApi, version: number): boolean {
  return version >= api.firstServedVersion && version <= api.versions.max
}

/** Declares an API. */
export function defineApi<RequestType extends Type<unknown, never>, ResponseType extends Type<unknown, never>>(
  definition: ApiDefinition<RequestType, ResponseType>,
): Api<RequestType, ResponseType> {
  const { key, flexibleFrom = Number.POSITIVE_INFINITY } = definition
  return {
    ...definition,
    firstServedVersion: definition.firstServedVersion ?? definition.versions.min,
    headerVersions: (version) => ({
      request: version >= flexibleFrom ? 2 : 1,
      response: version >= flexibleFrom && key !== API_VERSIONS_KEY ? 1 : 0,
    }),
    requestCodec: compiledByVersion(definition, definition.request, `${definition.name}Request`),
    responseCodec: compiledByVersion(definition, definition.response, `${definition.name}Response`),
  }
}

function compiledByVersion<T>(
  { versions, flexibleFrom = Number.POSITIVE_INFINITY }: ApiDefinition<unknown, unknown>,
  type: T,
  name: string,
): (version: number) => Codec<Infer<T>, Draft<T>> {
  const codecs = new Map<number, Codec<Infer<T>, Draft<T>>>()
  return (version) => {
    let codec = codecs.get(version)
    if (codec === undefined) {
      if (!hasVersion(versions, version))
        throw new RangeError(`${name} has the versions ${versions.min} to ${versions.max}, not ${version}.`)
      const scope = { version, isFlexible: version >= flexibleFrom, isNullable: false, path: `${name} v${version}` }
      codec = (type as Type<Infer<T>, Draft<T>>).compile(scope)
      codecs.set(version, codec)
    }
    return codec
  }
}
