import { Buffer } from 'node:buffer'
import { expect, it } from 'vitest'
import { decodeApiVersionsResponse, encodeUnsupportedApiVersions, isClientSoftwareValid } from './api-versions-rules.ts'
import { encodeRequest, encodeResponse, openRequest } from './envelope.ts'
import { apiVersions } from './messages/api-versions.ts'

function apiVersionsRequest(version: number): Buffer {
  const [frame] = encodeRequest(apiVersions, { version: 3, correlationId: 41, clientId: 'x', request: {} })
  const request = Buffer.from(frame as Uint8Array).subarray(4)
  request.writeInt16BE(version, 2)
  return request
}

it('opens a request of a version that is not there without looking behind its correlation id', () => {
  const frame = apiVersionsRequest(5).subarray(0, 8)
  expect(openRequest(frame)).toMatchObject({ api: apiVersions, version: 5, isSupported: false, correlationId: 41, clientId: null })
})

it('refuses a negative version as it does of any other API', () => {
  expect(() => openRequest(apiVersionsRequest(-1))).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_VERSION' }))
})

it('answers an unknown version in the layout of version 0 with error 35 and its own range', () => {
  const frame = Buffer.concat(encodeUnsupportedApiVersions(41))
  expect(frame.toString('hex')).toBe(['00000010', '00000029', '0023', '00000001', '001200000004'].join(''))
})

it('reads that answer whatever version was asked in', () => {
  const frame = Buffer.concat(encodeUnsupportedApiVersions(41)).subarray(4)
  const { correlationId, response } = decodeApiVersionsResponse(4, frame)
  expect(correlationId).toBe(41)
  expect(response).toMatchObject({ errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] })
})

it('reads an answer with another error in the version that was asked in', () => {
  const chunks = encodeResponse(apiVersions, { version: 3, correlationId: 1, response: { errorCode: 42, apiKeys: [], throttleTimeMs: 9 } })
  expect(decodeApiVersionsResponse(3, Buffer.concat(chunks).subarray(4)).response).toMatchObject({ errorCode: 42, throttleTimeMs: 9 })
})

it('holds the name and version of the client to what Kafka accepts, from version 3 on', () => {
  const isValid = (clientSoftwareName: string, clientSoftwareVersion: string, version = 3) =>
    isClientSoftwareValid({ clientSoftwareName, clientSoftwareVersion }, version)
  expect([isValid('apache-kafka-java', '4.0.1'), isValid('a', '1'), isValid('', '', 2)]).toEqual([true, true, true])
  expect([
    isValid('', '1'),
    isValid('a', ''),
    isValid('-a', '1'),
    isValid('a', '1.'),
    isValid('a b', '1'),
    isValid('a\n', '1'),
  ]).not.toContain(true)
})
