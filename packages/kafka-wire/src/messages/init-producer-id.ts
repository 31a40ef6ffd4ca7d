import { defineApi } from '../api.ts'
import { int16, int32, int64 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  /** null: idempotent, without transactions. */
  transactionalId: nullable(string),
  transactionTimeoutMs: int32,
  /** The current one, to be given its next epoch; -1: none. */
  producerId: field(int64, { versions: '3+', default: -1 }),
  producerEpoch: field(int16, { versions: '3+', default: -1 }),
})

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  producerId: field(int64, { default: -1 }),
  producerEpoch: int16,
})

/**
 * A producer id for an idempotent producer (KIP-98).
 *
 * Version 2: flexible. 3: a producer may ask for its next epoch (KIP-360). 4: PRODUCER_FENCED may be answered (KIP-588).
 * Version 5 belongs to transactions as KIP-890 has them.
 */
export const initProducerId = defineApi({
  key: 22,
  name: 'InitProducerId',
  versions: { min: 0, max: 4 },
  flexibleFrom: 2,
  request,
  response,
})

export type InitProducerIdRequest = Infer<typeof request>
export type InitProducerIdResponse = Draft<typeof response>
