import { type MetadataError, type MetadataStore, MetadataError as MetadataStoreError, type Transaction } from '@kafka-ts/metadata'
import { type ErrorName, KafkaError } from '@kafka-ts/protocol'

/** Runs a transaction whose first success operation is a `put` that identifies it. Says whether its compares held, and at which revision. */
export async function commit(
  store: MetadataStore,
  transaction: Transaction,
): Promise<{ readonly succeeded: boolean; readonly revision: number }> {
  try {
    return await store.transaction(transaction)
  } catch (error) {
    if (!(error instanceof MetadataStoreError)) throw error
    if (error.code !== 'OUTCOME_UNKNOWN')
      throw new KafkaError(toErrorName(error), `the metadata was not changed: ${error.message}`, { cause: error })
    return resolveUnknownOutcome(store, transaction, error)
  }
}

/** An unknown outcome is neither success nor failure: what stands in the store now tells which it was. */
async function resolveUnknownOutcome(store: MetadataStore, { success }: Transaction, cause: MetadataError) {
  const first = success[0]
  if (first?.type !== 'put') throw new KafkaError('UNKNOWN_SERVER_ERROR', 'it is unknown whether the metadata was changed', { cause })
  const { revision, entry } = await store.get(first.key)
  const isOurs = entry !== undefined && Buffer.compare(entry.value, first.value) === 0
  if (!isOurs) throw new KafkaError('NOT_CONTROLLER', 'the metadata could not be changed; try again', { cause })
  return { succeeded: true, revision }
}

function toErrorName(error: MetadataError): ErrorName {
  switch (error.code) {
    case 'UNAVAILABLE':
    case 'TOO_MANY_REQUESTS':
    case 'CLOSED':
      return 'NOT_CONTROLLER'
    case 'REQUEST_TOO_LARGE':
      return 'INVALID_REQUEST'
    case 'INVALID_ARGUMENT':
    case 'TOO_MANY_OPERATIONS':
    case 'DUPLICATE_KEY':
    case 'COMPACTED':
    case 'FUTURE_REVISION':
    case 'LEASE_NOT_FOUND':
    case 'OUTCOME_UNKNOWN':
    case 'CORRUPT':
    case 'UNSUPPORTED_FORMAT':
      return 'UNKNOWN_SERVER_ERROR'
  }
}
