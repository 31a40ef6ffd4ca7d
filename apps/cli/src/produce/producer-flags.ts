import type { Acks, ProducerOptions } from '@kafka-ts/client'
import { durationFlag } from '../flags/duration.ts'
import { Flags } from '../flags/oclif.ts'

const compressions = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
const acks = ['0', '1', 'all', '-1'] as const

/** What the flags of a command that writes say. */
export interface ProducerFlags {
  /** As Kafka writes it; `-1` is `all`. */
  readonly acks: (typeof acks)[number]
  readonly compression: (typeof compressions)[number]
  readonly linger?: number | undefined
}

/** `--acks`, `-z` and `--linger`, which every command that writes has. */
export function producerFlags() {
  return {
    acks: Flags.option({ options: acks })({ summary: 'Who must have a record before it counts as written', default: 'all' }),
    compression: Flags.option({ options: compressions })({ char: 'z', summary: 'How batches are compressed', default: 'none' }),
    linger: durationFlag({ summary: 'How long a batch waits for more records', helpValue: '5ms' }),
  }
}

/** The flags as the SDK takes them. */
export function producerOptionsOf({ acks, compression, linger }: ProducerFlags): ProducerOptions {
  return { acks: acksOf(acks), compression, ...(linger === undefined ? {} : { lingerMs: linger }) }
}

function acksOf(flag: ProducerFlags['acks']): Acks {
  return flag === '0' ? 0 : flag === '1' ? 1 : 'all'
}
