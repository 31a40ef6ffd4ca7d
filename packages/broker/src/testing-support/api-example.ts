import type { KafkaApiName, KafkaApis, RequestDraftOf, ResponseOf } from '@kafka-ts/kafka-wire'

/** What to ask of an API in a version, and what the answer must hold. */
export interface ApiExample<Name extends KafkaApiName> {
  readonly request: RequestDraftOf<KafkaApis[Name]>
  readonly answer: (response: ResponseOf<KafkaApis[Name]>) => unknown
  readonly expected: unknown
}

/** For each API, an example in any of its versions. */
export type ApiExamples = { readonly [Name in KafkaApiName]?: (version: number) => ApiExample<Name> | Promise<ApiExample<Name>> }
