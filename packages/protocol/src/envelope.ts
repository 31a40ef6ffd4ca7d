import { type AnyApi, type Api, hasVersion, type RequestOf, type ResponseOf } from './api.ts'
import { errorCode, KafkaError } from './errors.ts'
import { encodeFrame, FRAME_HEADER_BYTES, type Frame } from './frame.ts'
import { decodeMsgpack, encodeMsgpack } from './msgpack.ts'
import { apiByKey } from './registry.ts'

/**
 * The outer array of a body:
 *
 * | message | elements |
 * |---|---|
 * | request | `[apiKey, version, correlationId, fields]` |
 * | response | `[correlationId, errorCode, fields]`, and on an error `[correlationId, errorCode, null, message or null]` |
 *
 * Correlation ids are uint32, chosen by the client, unique among the requests it has under way.
 */

const REQUEST_ELEMENTS = 4
const RESPONSE_ELEMENTS = 3
const NO_ATTACHMENTS: readonly Uint8Array[] = []

/** A request to encode; `attachments` are written as they are, uncopied. */
export interface RequestMessage<A extends AnyApi> {
  readonly version: number
  readonly correlationId: number
  readonly request: RequestOf<A>
  readonly attachments?: readonly Uint8Array[]
}

/** A response to encode, as `RequestMessage`. */
export interface ResponseMessage<A extends AnyApi> {
  readonly version: number
  readonly correlationId: number
  readonly response: ResponseOf<A>
  readonly attachments?: readonly Uint8Array[]
}

/** A request as received: enough to answer it, its fields not looked at yet. */
export interface ReceivedRequest {
  readonly apiKey: number
  readonly version: number
  readonly correlationId: number
  readonly fields: unknown
}

/** A response as received. `error` is that of the whole request; else `fields` are there to be decoded. */
export interface ReceivedResponse {
  readonly correlationId: number
  readonly error: KafkaError | undefined
  readonly fields: unknown
}

/** The buffers of a request frame. Throws INVALID_ARGUMENT, naming the field that does not fit the schema. */
export function encodeRequest<A extends AnyApi>(api: A, message: RequestMessage<A>): Uint8Array[] {
  const { version, correlationId } = message
  const fields = api.requestCodec(version).encode(message.request)
  const body = encodeMsgpack([api.key, version, correlationId, fields], FRAME_HEADER_BYTES)
  return encodeFrame(body, message.attachments ?? NO_ATTACHMENTS)
}

/** The buffers of a response frame. Throws INVALID_ARGUMENT, naming the field that does not fit the schema. */
export function encodeResponse<A extends AnyApi>(api: A, message: ResponseMessage<A>): Uint8Array[] {
  const fields = api.responseCodec(message.version).encode(message.response)
  const body = encodeMsgpack([message.correlationId, 0, fields], FRAME_HEADER_BYTES)
  return encodeFrame(body, message.attachments ?? NO_ATTACHMENTS)
}

/** The buffers of a response frame that refuses the whole request. A local error travels as UNKNOWN_SERVER_ERROR. */
export function encodeErrorResponse(correlationId: number, code: number, message: string | null): Uint8Array[] {
  if (code === errorCode('NONE')) throw new TypeError('An error response needs an error.')
  const text = message === null ? null : message.toWellFormed()
  return encodeFrame(encodeMsgpack([correlationId, code, null, text], FRAME_HEADER_BYTES), NO_ATTACHMENTS)
}

function isUint32(value: unknown): value is number {
  return typeof value === 'number' && value >>> 0 === value
}

function isInt16(value: unknown): value is number {
  return typeof value === 'number' && (value << 16) >> 16 === value
}

/** Opens a request frame. Throws PROTOCOL_ERROR when not even its correlation id can be trusted: the connection is to be closed. */
export function openRequest(frame: Frame): ReceivedRequest {
  const body = decodeMsgpack(frame.body)
  if (!Array.isArray(body) || body.length < REQUEST_ELEMENTS) throw new KafkaError('PROTOCOL_ERROR', 'The body is not a request.')
  const [apiKey, version, correlationId, fields] = body as unknown[]
  if (!isInt16(apiKey) || !isInt16(version) || !isUint32(correlationId)) {
    throw new KafkaError('PROTOCOL_ERROR', 'The body does not begin with an API key, a version and a correlation id.')
  }
  return { apiKey, version, correlationId, fields }
}

/** The API a request is for. Throws UNSUPPORTED_VERSION, to be answered. */
export function apiOf(request: ReceivedRequest): AnyApi {
  const api = apiByKey(request.apiKey)
  if (api === undefined) throw new KafkaError('UNSUPPORTED_VERSION', `There is no API ${request.apiKey}.`)
  if (!hasVersion(api, request.version)) {
    const range = `${api.minVersion} to ${api.maxVersion}`
    throw new KafkaError('UNSUPPORTED_VERSION', `${api.name} has the versions ${range}, not ${request.version}.`)
  }
  return api
}

/** The fields of a request. Throws INVALID_REQUEST, naming the field, to be answered. */
export function decodeRequest<Request>(api: Api<Request, unknown>, received: ReceivedRequest): Request {
  try {
    return api.requestCodec(received.version).decode(received.fields)
  } catch (cause) {
    if (!(cause instanceof KafkaError)) throw cause
    throw new KafkaError('INVALID_REQUEST', `${api.name}: ${cause.message}`, { cause })
  }
}

/** Opens a response frame. Throws PROTOCOL_ERROR: the connection is to be closed. */
export function openResponse(frame: Frame): ReceivedResponse {
  const body = decodeMsgpack(frame.body)
  if (!Array.isArray(body) || body.length < RESPONSE_ELEMENTS) throw new KafkaError('PROTOCOL_ERROR', 'The body is not a response.')
  const [correlationId, code, fields, message] = body as unknown[]
  if (!isUint32(correlationId) || !isInt16(code)) {
    throw new KafkaError('PROTOCOL_ERROR', 'The body does not begin with a correlation id and an error number.')
  }
  const error = code === 0 ? undefined : KafkaError.fromWire(code, typeof message === 'string' ? message : null)
  return { correlationId, error, fields }
}

/** The fields of a response to a request of `version`. Throws PROTOCOL_ERROR, naming the field. */
export function decodeResponse<A extends AnyApi>(api: A, version: number, fields: unknown): ResponseOf<A> {
  return api.responseCodec(version).decode(fields)
}
