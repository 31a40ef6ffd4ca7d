import type { AnyApi, RequestOf, ResponseDraftOf } from '@kafka-ts/kafka-wire'
import type { RequestContext } from '../../handlers/handler.ts'

/** Where a request came from, and as whom. */
export interface KafkaRequestContext extends RequestContext {
  /** What the client calls itself. */
  readonly clientId: string | null
}

/**
 * Answers the requests of one of Kafka's APIs in every version that is advertised: it translates, and calls what the native handler calls.
 * undefined: no answer is sent. What a handler does before it first waits happens in the order in which requests arrived. Errors are values
 * of the response; one that is thrown closes the connection.
 */
export type KafkaHandler<A extends AnyApi> = (
  context: KafkaRequestContext,
  request: RequestOf<A>,
  version: number,
) => ResponseDraftOf<A> | undefined | Promise<ResponseDraftOf<A> | undefined>

/** There are no quotas: nobody is asked to wait. */
export const NO_THROTTLE = { throttleTimeMs: 0 } as const
