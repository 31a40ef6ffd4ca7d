import { type Apis, type InitProducerIdRequest, KafkaError } from '@kafka-ts/protocol'
import type { ProducerIdentity } from '../controller/producer-ids.ts'
import type { BrokerCore } from '../core.ts'
import type { Handler } from './handler.ts'

const NO_PRODUCER_ID = -1
const NO_PRODUCER_EPOCH = -1
/** The last epoch that is handed out, as in Kafka: one is left to fence a producer with. */
const LAST_EPOCH = 2 ** 15 - 2

/** Gives a producer its id and epoch. */
export const handleInitProducerId: Handler<Apis['initProducerId']> = async ({ core }, request) => ({
  response: await initProducerIdFor(core, request),
})

/**
 * A new producer id, or the next epoch of the one the producer has (KIP-360); once its epochs are used up, or when this cluster never handed it
 * out, a new one. Throws INVALID_REQUEST, TRANSACTIONAL_ID_AUTHORIZATION_FAILED, NOT_CONTROLLER.
 */
export async function initProducerIdFor(
  { producerIds }: BrokerCore,
  { transactionalId, producerId, producerEpoch }: Omit<InitProducerIdRequest, 'transactionTimeoutMs'>,
): Promise<ProducerIdentity> {
  if (transactionalId === '') throw new KafkaError('INVALID_REQUEST', 'a transactional id cannot be empty')
  if (transactionalId !== null) throw new KafkaError('TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'transactions are not supported')
  if (
    producerId < NO_PRODUCER_ID ||
    producerEpoch < NO_PRODUCER_EPOCH ||
    (producerId === NO_PRODUCER_ID) !== (producerEpoch === NO_PRODUCER_EPOCH)
  )
    throw new KafkaError('INVALID_REQUEST', 'a producer id goes with an epoch: both or neither')
  const isNew = producerId === NO_PRODUCER_ID || producerEpoch >= LAST_EPOCH
  if (isNew || !(await producerIds.isKnown(producerId))) return producerIds.allocate()
  return { producerId, producerEpoch: producerEpoch + 1 }
}
