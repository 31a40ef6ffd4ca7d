import { errorCode } from '@kafka-ts/protocol'
import type { AnyApi } from './api.ts'
import { decodeResponse, encodeResponse, type ReceivedResponse } from './envelope.ts'
import { type ApiVersionsRequest, apiVersions } from './messages/api-versions.ts'
import { WireReader } from './wire-reader.ts'

/**
 * What is special about ApiVersions, the request that asks what can be asked (KIP-511):
 *
 * - its response header is version 0 in every version (`Api.headerVersions`);
 * - a version that the broker does not have is answered, not refused: in the layout of version 0, whatever was asked in, with error 35
 *   and the range of ApiVersions itself, so that the client can ask again. The body of such a request is not looked at;
 * - from version 3 on a client must give a well-formed name and version of its software, which end up in logs and metrics.
 */

const REFUSAL_VERSION = 0
/** From here on the client says what it is. */
const SOFTWARE_VERSION = 3
/** What Kafka accepts as the name or version of a client. Anchored, and without a choice between its parts: it takes linear time. */
const SOFTWARE_PATTERN = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/
const CORRELATION_ID_BYTES = 4

/** One row of what a broker can do. */
export interface ApiRange {
  readonly apiKey: number
  readonly minVersion: number
  readonly maxVersion: number
}

/** The row to advertise of an API. */
export function apiRange({ key, versions }: AnyApi): ApiRange {
  return { apiKey: key, minVersion: versions.min, maxVersion: versions.max }
}

/** Whether a request says well-formed things about its client; if not it is answered with INVALID_REQUEST. */
export function isClientSoftwareValid(request: ApiVersionsRequest, version: number): boolean {
  if (version < SOFTWARE_VERSION) return true
  return SOFTWARE_PATTERN.test(request.clientSoftwareName) && SOFTWARE_PATTERN.test(request.clientSoftwareVersion)
}

/** The chunks of the answer to an ApiVersions request of a version that is not there. */
export function encodeUnsupportedApiVersions(correlationId: number): Uint8Array[] {
  const response = { errorCode: errorCode('UNSUPPORTED_VERSION'), apiKeys: [apiRange(apiVersions)] }
  return encodeResponse(apiVersions, { version: REFUSAL_VERSION, correlationId, response })
}

/** The answer to an ApiVersions request of `version`, also where the broker did not have that version. Throws PROTOCOL_ERROR. */
export function decodeApiVersionsResponse(version: number, frame: Uint8Array): ReceivedResponse<typeof apiVersions> {
  const isRefusal = errorCodeOf(frame) === errorCode('UNSUPPORTED_VERSION')
  return decodeResponse(apiVersions, isRefusal ? REFUSAL_VERSION : version, frame)
}

/** The error stands first in every version. */
function errorCodeOf(frame: Uint8Array): number {
  const reader = new WireReader(frame)
  reader.skip(CORRELATION_ID_BYTES, 'ResponseHeader')
  return reader.int16('ApiVersionsResponse.errorCode')
}
