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
  if (!existsSync(REFERENCE_PATH)) return undefined
  const messages: readonly ReferenceMessage[] = JSON.parse(readFileSync(REFERENCE_PATH, 'utf8'))
  return messages.map(asReleased)
}

/** The tables are of a state shortly before Kafka 4.0: what that added to messages of ours (KIP-1099: the type of a member). */
function asReleased(message: ReferenceMessage): ReferenceMessage {
  if (!message.name.startsWith('ConsumerGroupDescribe') || message.validVersions !== '0') return message
  const fields = message.fields.map((field) =>
    field.name === 'Groups' ? { ...field, fields: field.fields?.map(withMemberType) ?? [] } : field,
  )
  return { ...message, validVersions: '0-1', fields }
}

function withMemberType(field: ReferenceField): ReferenceField {
  if (field.name !== 'Members') return field
  return { ...field, fields: [...(field.fields ?? []), { name: 'MemberType', type: 'int8', versions: '1+', default: -1 }] }
}
