import assert from 'node:assert/strict'
import { KafkaError } from '@kafka-ts/protocol'
import { type AnyApi, API_VERSIONS_KEY, type RequestDraftOf, type RequestOf, type ResponseDraftOf, type ResponseOf } from './api.ts'
import { requestHeaderCodecs, responseHeaderCodecs } from './headers.ts'
import { kafkaApiByKey } from './registry.ts'
import { hasVersion } from './version-range.ts'
import { WireReader } from './wire-reader.ts'
import { WireWriter } from './wire-writer.ts'

/**
 * Whole messages: `header | body`, as `KafkaFrameDecoder` hands them over. What is encoded comes with the size in front, ready to
 * be written, as a list of chunks in which large records are uncopied.
 */

/** The start that all request headers have in common: key, version, correlation id. */
const PREFIX = 'RequestHeader'

/** A request as received: enough to answer it, its fields not looked at yet. */
export interface ReceivedRequest {
  readonly api: AnyApi
  readonly version: number
  /** False only of ApiVersions in a version this build does not have: to be answered by `encodeUnsupportedApiVersions`, not decoded. */
  readonly isSupported: boolean
  readonly correlationId: number
  readonly clientId: string | null
  /** What `decodeRequest` reads from. */
  readonly reader: WireReader
}

/** A request to encode. */
export interface RequestMessage<A extends AnyApi> {
  readonly version: number
  readonly correlationId: number
  readonly clientId: string | null
  readonly request: RequestDraftOf<A>
}

/** A response to encode. */
export interface ResponseMessage<A extends AnyApi> {
  readonly version: number
  readonly correlationId: number
  readonly response: ResponseDraftOf<A>
}

/** A response as received. */
export interface ReceivedResponse<A extends AnyApi> {
  readonly correlationId: number
  readonly response: ResponseOf<A>
}

/**
 * Opens a request. Throws PROTOCOL_ERROR for bytes that are no request, UNSUPPORTED_VERSION for an API or version that is not there;
 * both close the connection, as in Kafka: of what is not known not even the shape of an answer is.
 */
export function openRequest(frame: Uint8Array): ReceivedRequest {
  const prefix = new WireReader(frame)
  const key = prefix.int16(PREFIX)
  const version = prefix.int16(PREFIX)
  const api = kafkaApiByKey(key)
  if (api === undefined) throw new KafkaError('UNSUPPORTED_VERSION', `There is no API ${key}.`)
  if (!hasVersion(api.versions, version)) {
    if (key === API_VERSIONS_KEY && version >= 0) {
      return { api, version, isSupported: false, correlationId: prefix.int32(PREFIX), clientId: null, reader: prefix }
    }
    const { min, max } = api.versions
    throw new KafkaError('UNSUPPORTED_VERSION', `${api.name} has the versions ${min} to ${max}, not ${version}.`)
  }
  const reader = new WireReader(frame)
  const { correlationId, clientId } = requestHeaderCodecs.get(api.headerVersions(version).request)!.read(reader)
  return { api, version, isSupported: true, correlationId, clientId, reader }
}

/**
 * The fields of a request, once. Throws PROTOCOL_ERROR, naming the field: the connection is to be closed, as in Kafka. Bytes behind the
 * request are ignored, as in Kafka: librdkafka sends three too many when it asks for all topics.
 */
export function decodeRequest<A extends AnyApi>(api: A, received: ReceivedRequest): RequestOf<A> {
  assert(received.api === api && received.isSupported, `a request of ${received.api.name} is not one of ${api.name}`)
  return api.requestCodec(received.version).read(received.reader) as RequestOf<A>
}

/** The chunks of a response frame. Throws INVALID_ARGUMENT, naming the field that does not fit the table. */
export function encodeResponse<A extends AnyApi>(api: A, message: ResponseMessage<A>): Uint8Array[] {
  const { version, correlationId, response } = message
  const writer = new WireWriter()
  responseHeaderCodecs.get(api.headerVersions(version).response)!.write(writer, { correlationId })
  api.responseCodec(version).write(writer, response)
  return writer.finish()
}

/** The chunks of a request frame. Throws INVALID_ARGUMENT, naming the field that does not fit the table. */
export function encodeRequest<A extends AnyApi>(api: A, message: RequestMessage<A>): Uint8Array[] {
  const { version, correlationId, clientId, request } = message
  const writer = new WireWriter()
  const header = { requestApiKey: api.key, requestApiVersion: version, correlationId, clientId }
  requestHeaderCodecs.get(api.headerVersions(version).request)!.write(writer, header)
  api.requestCodec(version).write(writer, request)
  return writer.finish()
}

/** The correlation id of a response, which tells what it answers. Throws PROTOCOL_ERROR. */
export function correlationIdOf(frame: Uint8Array): number {
  return new WireReader(frame).int32('ResponseHeader')
}

/** A response to a request of `version`. Throws PROTOCOL_ERROR, naming the field. */
export function decodeResponse<A extends AnyApi>(api: A, version: number, frame: Uint8Array): ReceivedResponse<A> {
  const reader = new WireReader(frame)
  const { correlationId } = responseHeaderCodecs.get(api.headerVersions(version).response)!.read(reader)
  const response = api.responseCodec(version).read(reader) as ResponseOf<A>
  reader.ensureEnd(`${api.name}Response v${version}`)
  return { correlationId, response }
}
