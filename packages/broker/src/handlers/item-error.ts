import { errorCode, KafkaError, wireCodeOf } from '@kafka-ts/protocol'

/** The error of one item of a request. */
export interface ItemError {
  readonly errorCode: number
  readonly errorMessage: string | null
}

export const NO_ERROR: ItemError = { errorCode: errorCode('NONE'), errorMessage: null }

/** Runs what answers one item: its refusal is a value, so that the other items go on. Anything but a refusal is thrown on. */
export async function asItemError(task: () => Promise<void>): Promise<ItemError> {
  try {
    await task()
    return NO_ERROR
  } catch (error) {
    if (error instanceof KafkaError) return { errorCode: wireCodeOf(error), errorMessage: error.message }
    throw error
  }
}

/** The values that appear more than once. */
export function repeated<T>(values: Iterable<T>): ReadonlySet<T> {
  const seen = new Set<T>()
  const twice = new Set<T>()
  for (const value of values) (seen.has(value) ? twice : seen).add(value)
  return twice
}
