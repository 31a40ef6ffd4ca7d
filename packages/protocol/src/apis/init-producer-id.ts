import { defineApi } from '../api.ts'
import { type Infer, int16, int32, int64, nullable, string, struct } from '../schema.ts'

const request = struct({
  /** null: an idempotent producer without transactions. */
  transactionalId: nullable(string),
  transactionTimeoutMs: int32,
  /** What the producer has, to be given its next epoch (KIP-360); -1 and -1 when it has nothing yet. */
  producerId: int64,
  producerEpoch: int16,
})

const response = struct({
  producerId: int64,
  producerEpoch: int16,
})

/**
 * Gives an idempotent producer the id that its batches carry, or the next epoch of the one it has.
 *
 * Errors: INVALID_REQUEST (an id without an epoch, an empty transactional id), TRANSACTIONAL_ID_AUTHORIZATION_FAILED (there are no
 * transactions yet), NOT_CONTROLLER (the metadata cannot be written now). KIP-98, KIP-360.
 */
export const initProducerId = defineApi({ key: 22, name: 'initProducerId', minVersion: 0, maxVersion: 0, request, response })

export type InitProducerIdRequest = Infer<typeof request>
export type InitProducerIdResponse = Infer<typeof response>
