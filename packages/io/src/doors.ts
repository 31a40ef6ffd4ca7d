import type { Clock } from './clock.ts'
import type { Compression } from './compression.ts'
import type { Disk } from './disk.ts'
import type { Network } from './network.ts'
import type { Random } from './random.ts'

/** Everything a broker or a client needs of the outside, handed down from its constructor. */
export interface Doors {
  readonly clock: Clock
  readonly random: Random
  readonly disk: Disk
  readonly network: Network
  readonly compression: Compression
}
