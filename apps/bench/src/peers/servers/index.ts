import { apacheKafka } from './apache-kafka.ts'
import { kafkaTs } from './kafka-ts.ts'
import { nats } from './nats.ts'
import { redis } from './redis.ts'
import type { ServerKind, ServerType } from './server.ts'

export const serverTypes: Readonly<Record<ServerKind, ServerType>> = { 'kafka-ts': kafkaTs, 'apache-kafka': apacheKafka, redis, nats }
