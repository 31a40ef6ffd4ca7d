import { type Codec, compile, type Type } from './schema.ts'

/** What an API is declared with; see `defineApi`. */
export interface ApiDefinition<Request, Response> {
  /** Kafka's number of the API. */
  readonly key: number
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
  readonly request: Type<Request>
  readonly response: Type<Response>
}

/** One API: its number, its versions and the two messages of it. */
export interface Api<Request, Response> extends ApiDefinition<Request, Response> {
  /** Compiled on first use, then kept. `version` must be within the range. */
  requestCodec(version: number): Codec<Request>
  responseCodec(version: number): Codec<Response>
}

// `any`: only it lets an API of any two messages be passed where the two do not matter.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyApi = Api<any, any>
export type RequestOf<A> = A extends Api<infer Request, infer _Response> ? Request : never
export type ResponseOf<A> = A extends Api<infer _Request, infer Response> ? Response : never

/** Whether `api` exists in `version`. */
export function hasVersion(api: AnyApi, version: number): boolean {
  return version >= api.minVersion && version <= api.maxVersion
}

function compiledByVersion<T>(definition: ApiDefinition<unknown, unknown>, type: Type<T>): (version: number) => Codec<T> {
  const codecs = new Map<number, Codec<T>>()
  return (version) => {
    let codec = codecs.get(version)
    if (codec === undefined) {
      if (version < definition.minVersion || version > definition.maxVersion) {
        throw new RangeError(`${definition.name} has the versions ${definition.minVersion} to ${definition.maxVersion}, not ${version}.`)
      }
      codec = compile(type, version)
      codecs.set(version, codec)
    }
    return codec
  }
}

/** Declares an API. */
export function defineApi<Request, Response>(definition: ApiDefinition<Request, Response>): Api<Request, Response> {
  return {
    ...definition,
    requestCodec: compiledByVersion(definition, definition.request),
    responseCodec: compiledByVersion(definition, definition.response),
  }
}
