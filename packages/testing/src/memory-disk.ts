import type { Disk } from '@kafka-ts/io'
import { SimulatedDisk } from '@kafka-ts/io/simulated'

/** A disk in memory, without faults and without delays; gone with the broker that used it. */
export function memoryDisk(): Disk {
  return new SimulatedDisk()
}
