import { DiskError } from '@kafka-ts/io'
import { errorCode } from '@kafka-ts/protocol'
import { StorageError } from '@kafka-ts/storage'

/** How a failure of storage travels. Anything else is a mistake in the code and is thrown on. */
export function storageErrorCode(error: unknown): number {
  if (error instanceof StorageError) return errorCode(error.wireName)
  if (error instanceof DiskError) return errorCode('KAFKA_STORAGE_ERROR')
  throw error
}
