import { KafkaError } from '@kafka-ts/protocol'
import { CODECS } from '@kafka-ts/protocol/records'
import { atLeast } from '../client-config.ts'
import type { Acks, CompressionName, Partitioner, ProducerOptions } from './producer-types.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** The options of a producer with every default filled in; see `ProducerOptions` for what each means. */
export interface ProducerConfig {
  readonly acks: Acks
  readonly isIdempotent: boolean
  readonly compression: CompressionName
  readonly compressionLevel: number | undefined
  readonly lingerMs: number
  readonly batchBytes: number
  readonly bufferBytes: number
  readonly maxBlockMs: number
  readonly maxRequestBytes: number
  readonly maxInFlightRequests: number
  readonly deliveryTimeoutMs: number
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  readonly partitioner: Partitioner | undefined
}

/** Checks the options and fills in the defaults. Throws INVALID_ARGUMENT. */
export function resolveProducerConfig(options: ProducerOptions): ProducerConfig {
  const acks = options.acks ?? 'all'
  if (acks !== 0 && acks !== 1 && acks !== 'all')
    throw new KafkaError('INVALID_ARGUMENT', `acks must be 0, 1 or 'all', it is ${String(acks)}.`)
  const isIdempotent = options.idempotent ?? acks === 'all'
  if (isIdempotent && acks !== 'all')
    throw new KafkaError(
      'INVALID_ARGUMENT',
      `an idempotent producer needs acks 'all', not ${acks}: what is not acknowledged cannot be sent again.`,
    )
  const compression = options.compression ?? 'none'
  if (!CODECS.includes(compression)) {
    throw new KafkaError('INVALID_ARGUMENT', `compression must be one of ${CODECS.join(', ')}, it is ${String(compression)}.`)
  }
  return {
    acks,
    isIdempotent,
    compression,
    compressionLevel: options.compressionLevel,
    lingerMs: atLeast('lingerMs', options.lingerMs ?? 1, 0),
    batchBytes: atLeast('batchBytes', options.batchBytes ?? 64 * KIB, 1),
    bufferBytes: atLeast('bufferBytes', options.bufferBytes ?? 32 * MIB, 1),
    maxBlockMs: atLeast('maxBlockMs', options.maxBlockMs ?? 60_000, 0),
    maxRequestBytes: atLeast('maxRequestBytes', options.maxRequestBytes ?? 8 * MIB, KIB),
    maxInFlightRequests: atLeast('maxInFlightRequests', options.maxInFlightRequests ?? 5, 1),
    deliveryTimeoutMs: atLeast('deliveryTimeoutMs', options.deliveryTimeoutMs ?? 120_000, 1),
    retryBackoffMs: atLeast('retryBackoffMs', options.retryBackoffMs ?? 100, 0),
    retryBackoffMaxMs: atLeast('retryBackoffMaxMs', options.retryBackoffMaxMs ?? 1_000, 0),
    partitioner: options.partitioner,
  }
}
