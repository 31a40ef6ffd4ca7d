import { type ErrorName, isWireErrorName, KafkaError } from '@kafka-ts/protocol'

/** The wire error that a coordinator threw; anything else it threw is a mistake in the code, and is thrown on. */
export function groupErrorOf(error: unknown): ErrorName {
  if (error instanceof KafkaError && isWireErrorName(error.code)) return error.code
  throw error
}
