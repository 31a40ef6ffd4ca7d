import type { KafkaApis } from '@kafka-ts/kafka-wire'
import { errorCode, wireCodeOf } from '@kafka-ts/protocol'
import { initProducerIdFor } from '../../handlers/init-producer-id.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Gives a producer its id and epoch. */
export const handleInitProducerId: KafkaHandler<KafkaApis['initProducerId']> = async ({ core }, request) => {
  try {
    return { ...NO_THROTTLE, errorCode: errorCode('NONE'), ...(await initProducerIdFor(core, request)) }
  } catch (error) {
    return { ...NO_THROTTLE, errorCode: wireCodeOf(error), producerId: -1, producerEpoch: -1 }
  }
}
