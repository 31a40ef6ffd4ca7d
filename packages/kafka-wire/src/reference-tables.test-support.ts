import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A field of Kafka's own message tables, which some checkouts have beside them. */
export interface ReferenceField {
  readonly name: string
  readonly type: string
  readonly versions: string
  readonly nullableVersions?: string
  readonly taggedVersions?: string
  readonly tag?: number
  readonly default?: string | number
  readonly flexibleVersions?: string
  readonly fields?: readonly ReferenceField[]
}

export interface ReferenceMessage {
  readonly name: string
  readonly kind: 'request' | 'response' | 'header' | 'data'
  readonly apiKey?: number
  readonly validVersions: string
  readonly flexibleVersions: string
  readonly fields: readonly ReferenceField[]
  readonly commonStructs?: readonly { readonly name: string; readonly fields: readonly ReferenceField[] }[]
}

export const REFERENCE_PATH = fileURLToPath(new URL('../../../../shared/reference/kafka-messages.json', import.meta.url))

/** undefined where there are none. */
export function referenceMessages(): readonly ReferenceMessage[] | undefined {
  return existsSync(REFERENCE_PATH) ? JSON.parse(readFileSync(REFERENCE_PATH, 'utf8')) : undefined
}
