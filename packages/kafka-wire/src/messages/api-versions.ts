import { defineApi } from '../api.ts'
import { boolean, int16, int32, int64 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  clientSoftwareName: field(string, { versions: '3+' }),
  clientSoftwareVersion: field(string, { versions: '3+' }),
})

const response = struct({
  errorCode: int16,
  apiKeys: array(struct({ apiKey: int16, minVersion: int16, maxVersion: int16 })),
  throttleTimeMs: field(int32, { versions: '1+' }),
  supportedFeatures: field(array(struct({ name: string, minVersion: int16, maxVersion: int16 })), { versions: '3+', tag: 0 }),
  /** -1: not known. */
  finalizedFeaturesEpoch: field(int64, { versions: '3+', tag: 1, default: -1 }),
  finalizedFeatures: field(array(struct({ name: string, maxVersionLevel: int16, minVersionLevel: int16 })), { versions: '3+', tag: 2 }),
  zkMigrationReady: field(boolean, { versions: '3+', tag: 3, default: false }),
})

/**
 * Which APIs and versions a broker answers. The first request of nearly every client; see `api-versions-rules.ts` for what is special
 * about it.
 *
 * Version 3: flexible, the client's software (KIP-511), features (KIP-584).
 * 4: features whose least version is 0 may be listed (KAFKA-17011).
 */
export const apiVersions = defineApi({ key: 18, name: 'ApiVersions', versions: { min: 0, max: 4 }, flexibleFrom: 3, request, response })

export type ApiVersionsRequest = Infer<typeof request>
export type ApiVersionsResponse = Draft<typeof response>
