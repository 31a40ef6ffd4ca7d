import { DEFAULT_MAX_KAFKA_FRAME_BYTES } from '@kafka-ts/kafka-wire'
import type { BrokerConfig } from '../config/broker-config.ts'

/** The largest frame of Kafka's protocol: Kafka's own default, which is more than native clients need, unless somebody set another limit. */
export function maxKafkaFrameBytes(config: BrokerConfig): number {
  const isSet = config.texts.get('socket.request.max.bytes')?.isSet === true
  return isSet ? config.values['socket.request.max.bytes'] : DEFAULT_MAX_KAFKA_FRAME_BYTES
}
