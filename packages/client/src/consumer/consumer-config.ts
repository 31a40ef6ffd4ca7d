import { KafkaError } from '@kafka-ts/protocol'
import { atLeast } from '../client-config.ts'
import type { TopicLike } from '../topic.ts'
import type { ConsumerOptions, FetchOptions, StartPosition } from './consumer-types.ts'

const MIB = 1024 * 1024

/** The options of a consumer with every default filled in; see `ConsumerOptions` for what each means. */
export interface ConsumerConfig {
  readonly from: StartPosition
  readonly onOffsetOutOfRange: 'earliest' | 'latest' | 'error'
  readonly fetchMinBytes: number
  readonly fetchMaxWaitMs: number
  readonly fetchMaxBytes: number
  readonly partitionMaxBytes: number
  readonly bufferBytes: number
  readonly checkCrcs: boolean
  readonly maxDecompressedBytes: number
}

/** Checks the options and fills in the defaults. Throws INVALID_ARGUMENT. */
export function resolveConsumerConfig<T extends TopicLike>(options: ConsumerOptions<T>): ConsumerConfig {
  if ((options.topics === undefined) === (options.assignments === undefined)) {
    throw new KafkaError('INVALID_ARGUMENT', 'a consumer reads either topics or assignments: give one of them.')
  }
  return resolveFetchConfig(options, options.from)
}

/** The part of it that all consumers share. Throws INVALID_ARGUMENT. */
export function resolveFetchConfig(options: FetchOptions, start: StartPosition | undefined): ConsumerConfig {
  const from = checkStart(start ?? 'latest')
  const partitionMaxBytes = atLeast('partitionMaxBytes', options.partitionMaxBytes ?? MIB, 1)
  return {
    from,
    onOffsetOutOfRange: options.onOffsetOutOfRange ?? (from === 'earliest' || from === 'latest' ? from : 'error'),
    fetchMinBytes: atLeast('fetchMinBytes', options.fetchMinBytes ?? 1, 0),
    fetchMaxWaitMs: atLeast('fetchMaxWaitMs', options.fetchMaxWaitMs ?? 500, 0),
    fetchMaxBytes: atLeast('fetchMaxBytes', options.fetchMaxBytes ?? 8 * MIB, 1),
    partitionMaxBytes,
    bufferBytes: atLeast('bufferBytes', options.bufferBytes ?? 32 * MIB, 1),
    checkCrcs: options.checkCrcs ?? true,
    maxDecompressedBytes: atLeast('maxDecompressedBytes', options.maxDecompressedBytes ?? 64 * MIB, 1),
  }
}

/** Returns a start position if it is one; else throws INVALID_ARGUMENT. */
export function checkStart(start: StartPosition): StartPosition {
  if (start === 'earliest' || start === 'latest') return start
  if (start instanceof Date) return checkStart({ timestamp: start })
  if ('offset' in start) {
    if (Number.isSafeInteger(start.offset) && start.offset >= 0) return start
    throw new KafkaError('INVALID_ARGUMENT', `an offset is a whole number of at least 0, not ${String(start.offset)}.`)
  }
  const timestamp = Number(start.timestamp)
  if (Number.isSafeInteger(timestamp) && timestamp >= 0) return start
  throw new KafkaError('INVALID_ARGUMENT', `a timestamp is whole milliseconds since 1970, not ${String(start.timestamp)}.`)
}
