import type { Acks } from '@kafka-ts/client'
import { durationFlag } from '../flags/duration.ts'
import { Flags } from '../flags/oclif.ts'

const compressions = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
const acks = ['0', '1', 'all', '-1'] as const

/** A codec of batches. */
export type CompressionFlag = (typeof compressions)[number]
/** As Kafka writes it; `-1` is `all`. */
export type AcksFlag = (typeof acks)[number]

/** `--acks`. */
export function acksFlag() {
  return Flags.option({ options: acks })({ summary: 'Who must have a record before it counts as written', default: 'all' })
}

/** `-z`. */
export function compressionFlag() {
  return Flags.option({ options: compressions })({ char: 'z', summary: 'How batches are compressed', default: 'none' })
}

/** `--linger`. */
export function lingerFlag() {
  return durationFlag({ summary: 'How long a batch waits for more records', helpValue: '5ms' })
}

/** The flag as the SDK takes it. */
export function acksOf(flag: AcksFlag): Acks {
  return flag === '0' ? 0 : flag === '1' ? 1 : 'all'
}
