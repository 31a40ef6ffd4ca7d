import type { Doors } from '../doors.ts'
import { NodeClock } from './clock.ts'
import { NodeCompression } from './compression.ts'
import { NodeDisk } from './disk.ts'
import { NodeNetwork } from './network.ts'
import { NodeRandom } from './random.ts'

/** The doors of the machine this process runs on. */
export function nodeDoors(): Doors {
  return {
    clock: new NodeClock(),
    random: new NodeRandom(),
    disk: new NodeDisk(),
    network: new NodeNetwork(),
    compression: new NodeCompression(),
  }
}
